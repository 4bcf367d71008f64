package carryall.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.crypto.Digest;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import carryall.hypervisor.QemuProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ApplianceTextTest {
    private static final Appliance LIBRECAD =
            new Appliance(
                    new ApplianceName("acme", "librecad"),
                    "2.2.0",
                    "LibreCAD",
                    "Draw plans in \"two\" dimensions — günstig.",
                    Profile.MODERN,
                    Firmware.BIOS,
                    ByteSize.mebibytes(768),
                    2,
                    Network.NONE,
                    Scratch.KEEP,
                    Sharing.NONE,
                    List.of("image/vnd.dxf", "image/vnd.dwg"),
                    Optional.of("root=UUID=63617272-7961-4c6c-8000-000000000001 ro quiet"),
                    digest('a'),
                    Optional.empty(),
                    Map.of(
                            Appliance.Part.SYSTEM,
                            new Appliance.Content(new ByteSize(4294967296L), digest('1')),
                            Appliance.Part.PERSONAL,
                            new Appliance.Content(new ByteSize(8589934592L), digest('2')),
                            Appliance.Part.KERNEL,
                            new Appliance.Content(new ByteSize(8247232), digest('3')),
                            Appliance.Part.INITRD,
                            new Appliance.Content(new ByteSize(7316378), digest('4')),
                            Appliance.Part.ICON,
                            new Appliance.Content(new ByteSize(2048), digest('5'))));

    private static Digest digest(char digit) {
        return new Digest("sha256:" + String.valueOf(digit).repeat(64));
    }

    private static String golden() throws IOException {
        try (InputStream input =
                Objects.requireNonNull(
                        ApplianceTextTest.class.getResourceAsStream("appliance-1.json"))) {
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theGoldenTextIsWrittenAndRead() throws IOException {
        assertThat(ApplianceText.write(LIBRECAD)).isEqualTo(golden());
        assertThat(ApplianceText.parse(golden())).isEqualTo(LIBRECAD);
    }

    @Test
    void thePageShowsTheGoldenText() throws IOException {
        Path root = Files.isDirectory(Path.of("docs")) ? Path.of("") : Path.of("..");
        String page = Files.readString(root.resolve("docs/formats/appliance.md"));
        assertThat(page).contains(golden());
    }

    @Test
    void warmStatesAreWrittenWithAllTheirParts() {
        Map<Appliance.Part, Appliance.Content> parts = new EnumMap<>(LIBRECAD.parts());
        for (Appliance.Part part : Appliance.Part.WARM) {
            parts.put(part, new Appliance.Content(new ByteSize(4096), digest('6')));
        }
        Appliance warm = warm(parts);
        String text = ApplianceText.write(warm);
        assertThat(text)
                .contains("\"warm\":{\"qemu\":\"7.2.22\",\"accelerator\":\"tcg\"}")
                .contains("\"app-memory\":{\"sizeBytes\":4096");
        assertThat(ApplianceText.parse(text)).isEqualTo(warm);
        assertThat(text).doesNotContain("opening");
        parts.put(Appliance.Part.OPENING, new Appliance.Content(new ByteSize(18), digest('7')));
        Appliance withOpening = warm(parts);
        assertThat(ApplianceText.write(withOpening))
                .contains("\"opening\":{\"sizeBytes\":18,")
                .satisfies(other -> assertThat(ApplianceText.parse(other)).isEqualTo(withOpening));
        parts.remove(Appliance.Part.APP_DEVICES);
        assertThatThrownBy(() -> warm(parts)).hasMessageContaining("parts missing");
    }

    private static Appliance warm(Map<Appliance.Part, Appliance.Content> parts) {
        return new Appliance(
                LIBRECAD.name(),
                LIBRECAD.version(),
                LIBRECAD.title(),
                LIBRECAD.summary(),
                LIBRECAD.profile(),
                LIBRECAD.firmware(),
                LIBRECAD.memory(),
                LIBRECAD.cpus(),
                LIBRECAD.network(),
                Scratch.KEEP,
                Sharing.NONE,
                LIBRECAD.fileTypes(),
                LIBRECAD.kernelCommandLine(),
                LIBRECAD.recipe(),
                Optional.of(
                        new Appliance.Warm(QemuProgram.Version.parse("7.2.22"), Accelerator.TCG)),
                parts);
    }

    @Test
    void whetherItTakesFoldersIsSaidAndOnlyWithAPort() {
        Appliance sharing = sharing(Profile.MODERN);
        String text = ApplianceText.write(sharing);
        assertThat(text).contains("\"network\":\"none\",\"folders\":\"line\",\"fileTypes\":[");
        assertThat(ApplianceText.parse(text)).isEqualTo(sharing);
        assertThat(sharing.sharing().ports()).containsExactly("carryall.folders");
        assertThat(ApplianceText.write(LIBRECAD)).doesNotContain("folders");
        assertThatThrownBy(() -> sharing(Profile.CLASSIC)).hasMessageContaining("folders");
    }

    private static Appliance sharing(Profile profile) {
        return new Appliance(
                LIBRECAD.name(),
                LIBRECAD.version(),
                LIBRECAD.title(),
                LIBRECAD.summary(),
                profile,
                Firmware.BIOS,
                LIBRECAD.memory(),
                LIBRECAD.cpus(),
                Network.NONE,
                Scratch.KEEP,
                Sharing.LINE,
                LIBRECAD.fileTypes(),
                LIBRECAD.kernelCommandLine(),
                LIBRECAD.recipe(),
                Optional.empty(),
                LIBRECAD.parts());
    }

    @Test
    void whatIsOptionalMayBeMissing() {
        Appliance small =
                new Appliance(
                        LIBRECAD.name(),
                        "1",
                        "x",
                        "",
                        Profile.CLASSIC,
                        Firmware.BIOS,
                        ByteSize.mebibytes(4),
                        1,
                        Network.INTERNET,
                        Scratch.KEEP,
                        Sharing.NONE,
                        List.of(),
                        Optional.empty(),
                        digest('b'),
                        Optional.empty(),
                        Map.of(
                                Appliance.Part.SYSTEM,
                                new Appliance.Content(new ByteSize(0), digest('c'))));
        assertThat(ApplianceText.parse(ApplianceText.write(small))).isEqualTo(small);
    }

    @Test
    void thePartsAreInTheirOrder() {
        assertThat(LIBRECAD.parts().keySet())
                .containsExactlyElementsOf(
                        EnumSet.range(Appliance.Part.SYSTEM, Appliance.Part.ICON));
    }

    /// One place of the golden text, what stands there instead, and what is said of it.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "\"format\":1              | \"format\":2              | format is not 1",
                "\"format\":1,             | §§                        | key format is missing",
                "\"cpus\":2                | \"cpus\":0                | cpus: 0",
                "\"cpus\":2                | \"cpus\":17               | cpus: 17",
                "\"cpus\":2                | \"cpus\":4294967298       | cpus: 2147483647",
                "\"cpus\":2                | \"cpus\":2,\"cpus\":2     | key cpus stands twice",
                "\"cpus\":2                | \"cpus\": 2               | one form",
                "\"cpus\":2                | \"cpus\":2.0              | cpus is not a whole number",
                "\"cpus\":2                | \"cpus\":\"2\"            | cpus is not a number",
                "\"cpus\":2                | \"cpus\":2,\"x\":1        | unknown key x",
                "\"name\":\"acme/librecad\" | \"name\":\"../librecad\"  | publisher",
                "\"name\":\"acme/librecad\" | \"name\":\"/etc\"         | publisher",
                "\"title\":\"LibreCAD\"    | \"title\":\"\\u202e\"     | title",
                "\"title\":\"LibreCAD\"    | \"title\":\"\\u001b[2J\"  | title",
                "\"title\":\"LibreCAD\"    | \"title\":\"\"            | title",
                "\"profile\":\"modern\"    | \"profile\":\"q35\"       | Q35",
                "\"profile\":\"modern\"    | \"profile\":\"MODERN\"    | one form",
                "\"memoryBytes\":805306368 | \"memoryBytes\":-1        | negative",
                "\"memoryBytes\":805306368 | \"memoryBytes\":1e30      | memoryBytes",
                "\"memoryBytes\":805306368 | \"memoryBytes\":805306369 | memory",
                "\"memoryBytes\":805306368 | \"memoryBytes\":1099511627776 | memory",
                "\"system\":               | \"sustem\":               | SUSTEM",
                "\"system\":               | \"../../x\":              | ../../X",
                "\"initrd\":               | \"kernel\":               | key kernel stands twice",
                "\"sizeBytes\":2048        | \"sizeBytes\":-2048       | negative",
                "ro quiet                  | ro\\nquiet                | kernel command line",
                "image/vnd.dxf             | image                     | type: image",
            })
    void anotherTextIsRefused(String there, String instead, String said) throws IOException {
        assertThat(golden()).contains(there);
        String text = golden().replace(there, instead);
        assertThatThrownBy(() -> ApplianceText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(said);
    }
}
