package carryall.appliance;

import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The description of an appliance: what the publisher says of it, the hardware it wants, and its
/// files by digest. `docs/formats/appliance.md` has the text form.
///
/// @param version 1 to 64 of `[A-Za-z0-9._+~-]`
/// @param title what people call it, 1 to 80 printable characters
/// @param summary one sentence, at most 200 printable characters
/// @param network what the appliance asks for; the user grants it
/// @param fileTypes MIME types that the app opens
/// @param kernelCommandLine present if the appliance boots its own [Part#KERNEL]
/// @param recipe the digest of what it was built from, so that nothing is built twice
/// @param parts its files in the order of [Part]; [Part#SYSTEM] always
public record Appliance(
        ApplianceName name,
        String version,
        String title,
        String summary,
        Profile profile,
        Firmware firmware,
        ByteSize memory,
        int cpus,
        Network network,
        List<String> fileTypes,
        Optional<String> kernelCommandLine,
        Digest recipe,
        Map<Part, Content> parts) {
    public Appliance {
        fileTypes = List.copyOf(fileTypes);
        if (!version.matches("[A-Za-z0-9._+~-]{1,64}")) {
            throw new IllegalArgumentException("'" + version + "' is not a version");
        }
        if (!parts.containsKey(Part.SYSTEM)) {
            throw new IllegalArgumentException("an appliance without a system disk: " + name);
        }
        parts = Collections.unmodifiableMap(new EnumMap<>(parts));
    }

    /// A file of an appliance, and what it is for.
    public enum Part {
        /// The publisher's disk; raw; never written.
        SYSTEM("system.raw"),
        /// The template of the user's own disk; raw, sparse.
        PERSONAL("personal.raw"),
        KERNEL("kernel"),
        INITRD("initrd"),
        /// PNG.
        ICON("icon.png");

        private final String fileName;

        Part(String fileName) {
            this.fileName = fileName;
        }

        /// The name under which the part lies in an appliance's directory.
        public String fileName() {
            return fileName;
        }
    }

    /// What a file holds.
    public record Content(ByteSize size, Digest digest) {}
}
