package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AcceleratorsTest {
    @TempDir private Path folder;

    @Test
    void theTrialGuestEndsByItselfWhereTheAcceleratorWorks() throws IOException {
        assertThat(Accelerators.trial(Accelerator.TCG, Duration.ofSeconds(60))).isEqualTo("ran");
    }

    @Test
    void theChoiceSaysWhyAndIsTheSameTheNextTime() throws IOException {
        Accelerators accelerators = new Accelerators(folder.resolve("accelerator"));

        Accelerators.Verdict verdict = accelerators.choose();

        assertThat(verdict.reason()).contains("/dev/kvm").doesNotContain("\n");
        assertThat(accelerators.choose()).isEqualTo(verdict);
    }

    @Test
    void aFindingOfAnotherHostIsNotBelieved() throws IOException {
        Path file = folder.resolve("accelerator");
        Files.writeString(file, "another boot\nran\n");

        Accelerators.Verdict verdict = new Accelerators(file).choose();

        assertThat(verdict).isEqualTo(new Accelerators(folder.resolve("fresh")).choose());
    }
}
