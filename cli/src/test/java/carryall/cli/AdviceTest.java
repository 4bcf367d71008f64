package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.appliance.ApplianceException;
import carryall.crypto.Digest;
import carryall.hypervisor.HypervisorException;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.recipe.RecipeException;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class AdviceTest {
    static Stream<Constructor<?>> everyWayToFail() {
        return Stream.of(
                        MachineException.class,
                        ApplianceException.class,
                        RecipeException.class,
                        HypervisorException.class)
                .flatMap(family -> Arrays.stream(family.getPermittedSubclasses()))
                .flatMap(failure -> Arrays.stream(failure.getConstructors()));
    }

    private static Object sample(Class<?> kind) {
        if (kind == int.class) {
            return 7;
        }
        return List.<Object>of(
                        "words",
                        new MachineName("plans"),
                        Digest.of(new byte[0]),
                        Path.of("/home/me/file"),
                        new HypervisorException.FirmwareMissing(Path.of("/usr/share/OVMF/file")),
                        new IOException("No space left on device"),
                        Duration.ofSeconds(5))
                .stream()
                .filter(kind::isInstance)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no sample of " + kind));
    }

    @ParameterizedTest
    @MethodSource("everyWayToFail")
    void everyFailureHasOneNextStepAndAnExitCode(Constructor<?> failure)
            throws ReflectiveOperationException {
        Object[] facts =
                Arrays.stream(failure.getParameterTypes()).map(AdviceTest::sample).toArray();
        Advice advice = Advice.on((IOException) failure.newInstance(facts));
        assertThat(advice.exitCode()).isBetween(Exit.USAGE, Exit.GUEST);
        assertThat(advice.found()).isNotBlank();
        assertThat(advice.nextStep()).isNotBlank().doesNotContain("\n").doesNotEndWith(".");
    }

    @Test
    void aBareFailureOfTheJdkHasWords() {
        assertThat(Advice.on(new NoSuchFileException("/x")).found()).isEqualTo("/x is not there");
        assertThat(Advice.on(new AccessDeniedException("/x")).found())
                .isEqualTo("/x may not be used by this user");
        assertThat(Advice.on(new DirectoryNotEmptyException("/x")).found())
                .startsWith("/x: ")
                .contains("DirectoryNotEmpty");
        assertThat(Advice.on(new IOException()).found()).contains("IOException");
        assertThat(Advice.on(new IOException("broken pipe")).exitCode()).isEqualTo(Exit.HOST);
    }
}
