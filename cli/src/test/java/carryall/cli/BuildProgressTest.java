package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.recipe.BuildListener.Unit;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BuildProgressTest {
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private long now;

    private BuildProgress on(int columns) {
        return new BuildProgress(
                new Terminal(
                        InputStream.nullInputStream(),
                        new PrintStream(
                                OutputStreamOfNothing.INSTANCE, true, StandardCharsets.UTF_8),
                        new PrintStream(errors, true, StandardCharsets.UTF_8),
                        columns),
                () -> now);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /// The lines that were drawn over each other.
    private List<String> drawn() {
        List<String> lines = new ArrayList<>();
        for (String line : errors.toString(StandardCharsets.UTF_8).split("\r", -1)) {
            lines.add(line.replace("\u001b[K", ""));
        }
        return lines.subList(1, lines.size());
    }

    private static void build(BuildProgress progress, Runnable second) {
        progress.step(4, 7, "fetching packages");
        for (int i = 1; i <= 4; i++) {
            second.run();
            progress.progress(Unit.BYTES, i * 50_000_000L, OptionalLong.of(200_000_000));
        }
        progress.step(5, 7, "installing packages");
        for (int i = 1; i <= 4; i++) {
            second.run();
            progress.progress(Unit.PACKAGES, i * 60L, OptionalLong.of(246));
        }
        progress.end();
    }

    @Test
    void withoutATerminalEachStepIsALine() {
        build(on(0), () -> pass(Duration.ofSeconds(2)));
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .isEqualTo("[4/7] fetching packages\n[5/7] installing packages\n");
    }

    @Test
    void aTerminalShowsBarAmountAndTimeLeft() {
        build(on(100), () -> pass(Duration.ofSeconds(2)));
        assertThat(drawn())
                .containsSubsequence(
                        "[4/7] fetching packages",
                        "[4/7] fetching packages  ▕█████               ▏ 47.7 MiB of 190.7 MiB, 6 s left",
                        "[4/7] fetching packages  ▕██████████          ▏ 95.4 MiB of 190.7 MiB, 4 s left",
                        "[4/7] fetching packages  8 s\n",
                        "[5/7] installing packages  ▕████                ▏ 60 of 246 packages, 6 s left",
                        "[5/7] installing packages  8 s\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 20, 40, 60, 80, 120})
    void aLineNeverReachesTheTerminalsEdge(int columns) {
        build(on(columns), () -> pass(Duration.ofMinutes(2)));
        assertThat(drawn()).allMatch(line -> Terminal.columns(line.replace("\n", "")) < columns);
    }

    @Test
    void aNarrowTerminalKeepsAmountAndTimeLeft() {
        build(on(60), () -> pass(Duration.ofSeconds(2)));
        assertThat(drawn()).contains("[5/7] installing packages  60 of 246 packages, 6 s left");
        errors.reset();
        build(on(40), () -> pass(Duration.ofSeconds(2)));
        assertThat(drawn()).contains("[5/7] 60 of 246 packages, 6 s left");
        assertThat(drawn()).contains("[4/7] 47.7 MiB of 190.7 MiB, 6 s left");
    }

    @Test
    void aTotalThatIsNotKnownHasNoBar() {
        BuildProgress progress = on(80);
        progress.step(1, 7, "fetching lists");
        pass(Duration.ofSeconds(3));
        progress.progress(Unit.BYTES, 1 << 20, OptionalLong.empty());
        pass(Duration.ofSeconds(3));
        progress.progress(Unit.BYTES, 1 << 20, OptionalLong.of(0));
        assertThat(drawn())
                .containsExactly(
                        "[1/7] fetching lists",
                        "[1/7] fetching lists  1 MiB",
                        "[1/7] fetching lists  1 MiB of 0 B");
    }

    @Test
    void itIsDrawnTenTimesASecondAtMost() {
        BuildProgress progress = on(80);
        progress.step(1, 1, "x");
        for (int i = 0; i < 1000; i++) {
            pass(Duration.ofMillis(1));
            progress.progress(Unit.BYTES, i, OptionalLong.of(1000));
        }
        assertThat(drawn()).hasSizeLessThanOrEqualTo(11);
    }

    private static final class OutputStreamOfNothing extends java.io.OutputStream {
        private static final OutputStreamOfNothing INSTANCE = new OutputStreamOfNothing();

        @Override
        public void write(int value) {
            throw new AssertionError("progress is no result");
        }
    }
}
