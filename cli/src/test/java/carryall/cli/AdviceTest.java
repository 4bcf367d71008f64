package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.appliance.ApplianceException;
import carryall.crypto.CryptoException;
import carryall.crypto.Digest;
import carryall.crypto.SigningKey;
import carryall.hypervisor.HypervisorException;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.recipe.RecipeException;
import carryall.release.ReleaseException;
import carryall.release.TrustException;
import carryall.transport.TransportException;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class AdviceTest {
    static Stream<Constructor<?>> everyWayToFail() {
        return Stream.of(
                        MachineException.class,
                        ApplianceException.class,
                        RecipeException.class,
                        HypervisorException.class,
                        ReleaseException.class,
                        TrustException.class,
                        TransportException.class,
                        CryptoException.class)
                .flatMap(family -> Arrays.stream(family.getPermittedSubclasses()))
                .flatMap(failure -> Arrays.stream(failure.getConstructors()));
    }

    private static Object sample(Class<?> kind) {
        if (kind == int.class) {
            return 7;
        }
        if (kind == long.class) {
            return 7L;
        }
        return List.<Object>of(
                        "words",
                        new MachineName("plans"),
                        Digest.of(new byte[0]),
                        Path.of("/home/me/file"),
                        new HypervisorException.FirmwareMissing(Path.of("/usr/share/OVMF/file")),
                        new IOException("No space left on device"),
                        MachineException.DiskRefused.Why.FULL,
                        Duration.ofSeconds(5),
                        Optional.empty(),
                        List.of("1.0"),
                        Instant.EPOCH,
                        SigningKey.create().verifyingKey())
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

    @ParameterizedTest
    @EnumSource
    void everyReasonOfADiskHasOneNextStep(MachineException.DiskRefused.Why why) {
        Advice advice =
                Advice.on(new MachineException.DiskRefused(new MachineName("plans"), why, "found"));
        assertThat(advice.exitCode()).isBetween(Exit.USAGE, Exit.GUEST);
        assertThat(advice.nextStep()).isNotBlank().doesNotContain("\n").doesNotEndWith(".");
    }

    @Test
    void whoeverIsNotLetInIsToldWhereToLogIn() {
        assertThat(
                        Advice.on(
                                        new TransportException.Unauthorized(
                                                "r.example:5000/acme/blob", "it answered 401"))
                                .nextStep())
                .contains("docker login r.example:5000`")
                .contains("config.json r.example:5000`");
        assertThat(
                        Advice.on(
                                        new TransportException.Unauthorized(
                                                "https://acme.example/shelf", "it answered 401"))
                                .nextStep())
                .doesNotContain("docker");
        assertThat(
                        Advice.on(
                                        new TransportException.HelperFailed(
                                                "r.example",
                                                "docker-credential-x",
                                                "cannot be run"))
                                .nextStep())
                .contains("echo r.example | docker-credential-x get");
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
