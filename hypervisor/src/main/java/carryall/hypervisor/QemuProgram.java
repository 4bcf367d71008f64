package carryall.hypervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The QEMU of this host.
///
/// @param program its absolute path
/// @param folder where it was unpacked, if it is not the system's own; its data and modules are
///   then below it
/// @param version such as `7.2.22`
public record QemuProgram(Path program, Optional<Path> folder, Version version) {
    /// The name of QEMU's program.
    public static final String NAME = "qemu-system-x86_64";

    private static final Pattern SAID = Pattern.compile("version (\\d+)\\.(\\d+)\\.(\\d+)");

    /// A version of QEMU.
    public record Version(int major, int minor, int micro) implements Comparable<Version> {
        private static final Pattern TEXT = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

        /// Reads `7.2.22`.
        ///
        /// @throws IllegalArgumentException if the text is of another form
        public static Version parse(String text) {
            Matcher matcher = TEXT.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("'" + text + "' is no version of QEMU");
            }
            return new Version(
                    Integer.parseInt(matcher.group(1)),
                    Integer.parseInt(matcher.group(2)),
                    Integer.parseInt(matcher.group(3)));
        }

        /// Whether a state that was saved by `other` is taken by this one: the same series or a
        /// later one.
        public boolean loads(Version other) {
            return major > other.major || (major == other.major && minor >= other.minor);
        }

        @Override
        public int compareTo(Version other) {
            int first = Integer.compare(major, other.major);
            int second = first != 0 ? first : Integer.compare(minor, other.minor);
            return second != 0 ? second : Integer.compare(micro, other.micro);
        }

        @Override
        public String toString() {
            return major + "." + minor + "." + micro;
        }
    }

    /// The system's own QEMU, or the one unpacked in the folder that `CARRYALL_QEMU` names (a
    /// Debian package's content, so that `usr/bin` is below it).
    ///
    /// @throws HypervisorException.ProgramMissing if it is not there
    public static QemuProgram find() throws HypervisorException {
        String folder = System.getenv("CARRYALL_QEMU");
        if (folder == null || folder.isEmpty()) {
            Path program = Programs.find(NAME);
            return new QemuProgram(program, Optional.empty(), version(program));
        }
        Path unpacked = Path.of(folder).toAbsolutePath().normalize();
        Path program = unpacked.resolve("usr/bin").resolve(NAME);
        if (!Files.isExecutable(program)) {
            throw new HypervisorException.ProgramMissing(program.toString());
        }
        return new QemuProgram(program, Optional.of(unpacked), version(program));
    }

    private static Version version(Path program) throws HypervisorException {
        try {
            String said = HostCheck.firstLine(List.of(program.toString(), "--version"));
            Matcher matcher = SAID.matcher(said);
            if (!matcher.find()) {
                throw new HypervisorException.QemuFailed(0, "it says as its version: " + said);
            }
            return Version.parse(
                    matcher.group(1) + "." + matcher.group(2) + "." + matcher.group(3));
        } catch (HypervisorException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new HypervisorException.FileUnusable(program, failure);
        }
    }

    /// Whether it maps a memory image that it may only read: QEMU before 8.2 opens it for writing,
    /// which a jail does not let it.
    public boolean mapsReadOnlyImages() {
        return version.compareTo(new Version(8, 2, 0)) >= 0;
    }

    /// The words that say where its data is.
    List<String> dataWords() {
        List<String> words = new ArrayList<>();
        folder.ifPresent(unpacked -> {
            words.addAll(List.of("-L", unpacked.resolve("usr/share/qemu").toString()));
            words.addAll(List.of("-L", unpacked.resolve("usr/share/seabios").toString()));
            words.addAll(List.of("-L", "/usr/share/qemu", "-L", "/usr/share/seabios"));
        });
        return words;
    }

    /// What its environment says: where its modules are, if they are not where it was built for.
    Map<String, String> environment() {
        return folder.map(unpacked ->
                        Map.of(
                                "QEMU_MODULE_DIR",
                                unpacked.resolve("usr/lib/x86_64-linux-gnu/qemu").toString()))
                .orElse(Map.of());
    }
}
