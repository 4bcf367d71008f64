package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeviceSectionsTest {
    private static final long MEMORY = 4 * 4096;

    @TempDir private Path temp;

    private static StreamWriter begun() {
        return new StreamWriter().header().ramStart(MEMORY, 4096).lastPart().end();
    }

    private Path file(StreamWriter stream) throws IOException {
        return Files.write(temp.resolve("devices"), stream.bytes());
    }

    @Test
    void eachDeviceIsFoundWithItsLength() throws IOException {
        Path devices =
                file(
                        begun().device("timer", 0, "abc")
                                .device("apic", 1, "")
                                .device("0000:00:02.0/virtio-vga", 0, "x".repeat(10_000))
                                .description());
        assertThat(DeviceSections.read(devices, MEMORY))
                .containsExactly(
                        new DeviceSections.Section("timer", 0, 1, 3),
                        new DeviceSections.Section("apic", 1, 1, 0),
                        new DeviceSections.Section("0000:00:02.0/virtio-vga", 0, 1, 10_000));
    }

    @Test
    void aByteTooManyOrTooFewIsRefusedByTheDevicesName() throws IOException {
        String text =
                new String(
                        begun().device("timer", 0, "abc")
                                .device("apic", 0, "defg")
                                .description()
                                .bytes(),
                        StandardCharsets.ISO_8859_1);
        for (String wrong : new String[] {text.replace("abc", "abcd"), text.replace("abc", "ab")}) {
            Path devices =
                    Files.write(temp.resolve("wrong"), wrong.getBytes(StandardCharsets.ISO_8859_1));
            assertThatThrownBy(() -> DeviceSections.read(devices, MEMORY))
                    .isInstanceOf(HypervisorException.StreamRefused.class)
                    .hasMessageContaining("timer");
        }
    }

    @Test
    void aDescriptionThatIsMissingOrRubbishIsRefused() throws IOException {
        Path none = file(begun().device("timer", 0, "abc"));
        assertThatThrownBy(() -> DeviceSections.read(none, MEMORY))
                .hasMessageContaining("the description is refused: it is missing");
        Path rubbish = file(begun().number8(0).number8(6).number32(2).number8('{').number8('x'));
        assertThatThrownBy(() -> DeviceSections.read(rubbish, MEMORY))
                .hasMessageContaining("the description is refused");
    }
}
