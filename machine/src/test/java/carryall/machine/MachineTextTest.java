package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.MacAddress;
import carryall.hypervisor.Network;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class MachineTextTest {
    private static final Machine PLANS =
            Machine.fresh(
                    new MachineName("plans"),
                    UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e"),
                    new Digest("sha256:" + "a".repeat(64)),
                    new MacAddress("52:54:00:0a:0b:0c"),
                    ByteSize.mebibytes(768),
                    2,
                    Network.INTERNET,
                    Lifetime.LASTING,
                    Instant.parse("2026-11-24T05:53:00.123456Z"));
    private static final Instant STARTED = Instant.parse("2026-11-24T05:54:00Z");
    private static final MachineStatus.LastRun OVER =
            new MachineStatus.LastRun(
                    STARTED,
                    Optional.of(Instant.parse("2026-11-24T06:54:00.5Z")),
                    MachineStatus.Outcome.QEMU_DIED,
                    "QEMU ended with code 137 \"killed\"");
    private static final MachineStatus.LastRun UNFINISHED =
            new MachineStatus.LastRun(
                    STARTED, Optional.empty(), MachineStatus.Outcome.KEEPER_DIED, "running");

    private static String golden(String name) throws IOException {
        try (InputStream input =
                Objects.requireNonNull(MachineTextTest.class.getResourceAsStream(name))) {
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theGoldenMachineIsWrittenAndRead() throws IOException {
        assertThat(MachineText.write(PLANS)).isEqualTo(golden("machine-1.json"));
        assertThat(MachineText.parseMachine(golden("machine-1.json"))).isEqualTo(PLANS);
    }

    @Test
    void theGoldenRunsAreWrittenAndRead() throws IOException {
        assertThat(MachineText.write(OVER)).isEqualTo(golden("run-1.json"));
        assertThat(MachineText.parseRun(golden("run-1.json"))).isEqualTo(OVER);
        assertThat(MachineText.write(UNFINISHED)).isEqualTo(golden("run-1-unfinished.json"));
        assertThat(MachineText.parseRun(golden("run-1-unfinished.json"))).isEqualTo(UNFINISHED);
    }

    @Test
    void thePageShowsTheGoldenTexts() throws IOException {
        Path root = Files.isDirectory(Path.of("docs")) ? Path.of("") : Path.of("..");
        String page = Files.readString(root.resolve("docs/formats/machine.md"));
        for (String name : List.of("machine-1.json", "run-1.json", "run-1-unfinished.json")) {
            assertThat(page).contains(golden(name));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyOutcomeIsReadBack(MachineStatus.Outcome outcome) {
        var run = new MachineStatus.LastRun(STARTED, Optional.of(STARTED), outcome, "");
        assertThat(MachineText.parseRun(MachineText.write(run))).isEqualTo(run);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "\"format\":1          | \"format\":2                | format is not 1",
                "\"name\":\"plans\"    | \"name\":\"../plans\"       | not a machine's name",
                "\"name\":\"plans\"    | \"name\":\"-plans\"         | not a machine's name",
                "52:54:00:0a:0b:0c     | 53:54:00:0a:0b:0c           | MAC address",
                "52:54:00:0a:0b:0c     | 52:54:00:0a:0b:0c,script=x  | MAC address",
                "\"memoryBytes\":805306368 | \"memoryBytes\":0       | memory: 0",
                "\"memoryBytes\":805306368 | \"memoryBytes\":805306369 | memory",
                "\"memoryBytes\":805306368 | \"memoryBytes\":1e18    | memory",
                "\"cpus\":2            | \"cpus\":0                  | cpus: 0",
                "\"cpus\":2            | \"cpus\":65                 | cpus: 65",
                "\"cpus\":2            | \"cpus\":4294967298         | overflow",
                "\"cpus\":2            | \"cpus\":2,\"accel\":\"kvm\" | unknown key accel",
                "\"network\":\"internet\" | \"network\":\"lan\"      | LAN",
                "sha256:aaaa           | sha512:aaaa                 | not a SHA-256 digest",
                "2026-11-24            | yesterday                   | yesterday",
                "0f8fad5b              | zzzzzzzz                    | §§",
            })
    void anotherMachineIsRefused(String there, String instead, String said) throws IOException {
        assertThat(golden("machine-1.json")).contains(there);
        String text = golden("machine-1.json").replace(there, instead);
        assertThatThrownBy(() -> MachineText.parseMachine(text))
                .isInstanceOf(RuntimeException.class)
                .message()
                .contains(said);
    }
}
