package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VirtualMachineTest {
    private static final Disk DISK =
            new Disk("system", Path.of("/a/system.raw"), List.of(), Path.of("/d/top.qcow2"));

    private static VirtualMachine with(String name, ByteSize memory, int cpus, List<Disk> disks) {
        return new VirtualMachine(
                name,
                new UUID(1, 2),
                Profile.MODERN,
                Firmware.BIOS,
                Optional.empty(),
                Accelerator.TCG,
                memory,
                cpus,
                disks,
                new Boot.Disk(),
                new MacAddress("52:54:00:00:00:01"),
                Network.NONE,
                List.of());
    }

    private static VirtualMachine with(
            Profile profile, Firmware firmware, Optional<Path> variables) {
        return new VirtualMachine(
                "m",
                new UUID(1, 2),
                profile,
                firmware,
                variables,
                Accelerator.TCG,
                ByteSize.mebibytes(64),
                1,
                List.of(DISK),
                new Boot.Disk(),
                new MacAddress("52:54:00:00:00:01"),
                Network.NONE,
                List.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a,b", "a b", "a=b", "ü", "a\n", "../a"})
    void aNameHasSmallLettersDigitsAndHyphens(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(name, ByteSize.mebibytes(64), 1, List.of(DISK)));
    }

    @Test
    void aNameIsAtMost64Long() {
        assertThatCode(() -> with("a".repeat(64), ByteSize.mebibytes(64), 1, List.of(DISK)))
                .doesNotThrowAnyException();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("a".repeat(65), ByteSize.mebibytes(64), 1, List.of(DISK)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1 << 20, (4 << 20) - 1, (4 << 20) + 1, (1L << 40) + (1 << 20)})
    void memoryIsWholeMebibytesFrom4MebibytesTo1Tebibyte(long bytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("m", new ByteSize(bytes), 1, List.of(DISK)));
    }

    @ParameterizedTest
    @ValueSource(longs = {4 << 20, 1L << 40})
    void theSmallestAndTheLargestMemoryAreAllowed(long bytes) {
        assertThatCode(() -> with("m", new ByteSize(bytes), 1, List.of(DISK)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65})
    void thereAre1To64Processors(int cpus) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("m", ByteSize.mebibytes(64), cpus, List.of(DISK)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void thereAre1To4Disks(int disks) {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        with("m", ByteSize.mebibytes(64), 1, Collections.nCopies(disks, DISK)));
    }

    @Test
    void itsDisksStayWhatTheyWere() {
        List<Disk> disks = new ArrayList<>(List.of(DISK));
        VirtualMachine machine = with("m", ByteSize.mebibytes(64), 1, disks);
        disks.clear();

        assertThat(machine.disks()).containsExactly(DISK);
    }

    @Test
    void profileClassicHasNoUefi() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        with(Profile.CLASSIC, Firmware.UEFI, Optional.of(Path.of("/m/vars"))));
    }

    @Test
    void uefiHasVariablesAndBiosHasNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(Profile.MODERN, Firmware.UEFI, Optional.empty()));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> with(Profile.MODERN, Firmware.BIOS, Optional.of(Path.of("/m/vars"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "System", "a,b", "a=b", "abcdefghijklmnopqrstu"})
    void aDisksSerialIsAWordThatQemuCannotMisread(String serial) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Disk(serial, Path.of("/b"), List.of(), Path.of("/d/t")));
    }

    @Test
    void whatIsWrittenLiesInOneFolder() {
        Disk elsewhere = new Disk("a", Path.of("/b"), List.of(), Path.of("/e/top.qcow2"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("m", ByteSize.mebibytes(64), 1, List.of(DISK, elsewhere)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "53:54:00:00:00:01", "52:54:00:00:00", "52:54:00:00:00:01:02",
                "52:54:00:00:00:0G", "52-54-00-00-00-01", "52:54:00:00:00:01,x=y",
                        "AA:00:00:00:00:00"
            })
    void aCardsAddressIsOneUnicastAddressInLowerCase(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(text));
    }

    @Test
    void aKernelsCommandLineIsPrintable() {
        Path file = Path.of("/k");
        assertThatCode(() -> new Boot.Kernel(file, file, "a".repeat(2047)))
                .doesNotThrowAnyException();
        for (String line : List.of("a".repeat(2048), "a\nb", "ü", "\0")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Boot.Kernel(file, file, line));
        }
    }

    @Test
    void portsHavePlainNamesAndAreOfProfileModern() {
        for (String name : List.of("", "a,b", "A", "a b", "../a", "a".repeat(33))) {
            assertThatIllegalArgumentException().isThrownBy(() -> ports(Profile.MODERN, name));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ports(Profile.CLASSIC, "carryall.folders"));
        assertThatCode(() -> ports(Profile.MODERN, "carryall.folders")).doesNotThrowAnyException();
    }

    private static VirtualMachine ports(Profile profile, String name) {
        return new VirtualMachine(
                "m",
                new UUID(1, 2),
                profile,
                Firmware.BIOS,
                Optional.empty(),
                Accelerator.TCG,
                ByteSize.mebibytes(64),
                1,
                List.of(DISK),
                new Boot.Disk(),
                new MacAddress("52:54:00:00:00:01"),
                Network.NONE,
                List.of(name));
    }
}
