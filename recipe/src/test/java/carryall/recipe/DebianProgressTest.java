package carryall.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// Over what real builds printed, shortened: `debian-*.log` beside this class.
final class DebianProgressTest {
    /// Keeps what it is told.
    private static final class Told implements BuildListener {
        private final List<String> steps = new ArrayList<>();
        private final List<String> amounts = new ArrayList<>();
        private long last;

        @Override
        public void step(int number, int of, String title) {
            steps.add(number + "/" + of + " " + title);
            last = 0;
        }

        @Override
        public void progress(Unit unit, long done, OptionalLong total) {
            assertThat(done).isBetween(last, total.orElse(Long.MAX_VALUE));
            last = done;
            amounts.add(done + " of " + (total.isPresent() ? total.getAsLong() : "?") + " " + unit);
        }
    }

    private final Told told = new Told();
    private final DebianProgress progress = new DebianProgress("bookworm", Path.of("/out"), told);

    private void feed(String recording) throws IOException {
        try (InputStream input =
                Objects.requireNonNull(DebianProgressTest.class.getResourceAsStream(recording))) {
            new String(input.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .forEach(progress::said);
        }
    }

    @Test
    void theStepsComeInTheirOrder() throws IOException {
        feed("debian-whole.log");
        assertThat(told.steps)
                .containsExactly(
                        "1/12 fetching Debian's lists of packages",
                        "2/12 fetching the base system",
                        "3/12 installing the base system",
                        "4/12 fetching packages",
                        "5/12 installing packages",
                        "6/12 adding user, session and app",
                        "7/12 making the disks");
    }

    @Test
    void progressNeverGoesBackAndReachesTheEnd() throws IOException {
        feed("debian-whole.log");
        assertThat(told.amounts)
                .containsSubsequence(
                        "151000 of ? BYTES",
                        "206400 of ? BYTES",
                        "37600 of 2800000 BYTES",
                        "2796600 of 2800000 BYTES",
                        "0 of 2 PACKAGES",
                        "2 of 2 PACKAGES",
                        "20000 of 69900000 BYTES",
                        "69900000 of 69900000 BYTES",
                        "0 of 3 PACKAGES",
                        "3 of 3 PACKAGES");
    }

    @Test
    void anUnknownPackageIsNamed() throws IOException {
        feed("debian-unknown-package.log");
        assertThat(progress.failure(25))
                .isInstanceOf(RecipeException.PackageUnknown.class)
                .hasMessage("Debian bookworm has no package no-such-package-x");
    }

    @Test
    void aPackageThatIsOnlyMentionedIsUnknownToo() {
        progress.said("E: Package 'oldlib' has no installation candidate");
        assertThat(progress.failure(25)).hasMessage("Debian bookworm has no package oldlib");
    }

    @Test
    void anUnknownSuiteIsNamed() throws IOException {
        feed("debian-unknown-suite.log");
        assertThat(progress.failure(25)).isInstanceOf(RecipeException.SuiteUnknown.class);
    }

    @Test
    void aMissingNetworkIsTold() throws IOException {
        feed("debian-no-network.log");
        assertThat(progress.failure(25))
                .isInstanceOf(RecipeException.NoNetwork.class)
                .message()
                .contains("Temporary failure resolving 'deb.debian.org'");
    }

    @Test
    void aMissOfTheNetworkThatAptGotOverIsNoCause() {
        progress.said("Err:4 http://deb.debian.org/debian bookworm InRelease");
        progress.said("  Connection timed out [IP: 203.0.113.80 80]");
        progress.said("dpkg: error processing package xterm (--configure):");
        assertThat(progress.failure(25)).isInstanceOf(RecipeException.StepFailed.class);
    }

    @Test
    void aFullDiskIsTold() throws IOException {
        feed("debian-no-space.log");
        assertThat(progress.failure(25))
                .isInstanceOf(RecipeException.NoSpace.class)
                .message()
                .contains("/out");
    }

    @Test
    void anyOtherFailureShowsTheLastLines() {
        progress.said("step settings");
        for (int i = 0; i < 30; i++) {
            progress.said("line " + i);
        }
        assertThat(progress.failure(3))
                .isInstanceOf(RecipeException.StepFailed.class)
                .message()
                .startsWith("step 6, adding user, session and app (code 3) failed:\n")
                .endsWith("line 28\nline 29")
                .doesNotContain("line 17\n");
    }
}
