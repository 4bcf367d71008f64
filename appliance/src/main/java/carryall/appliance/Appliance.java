package carryall.appliance;

import carryall.crypto.Digest;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import carryall.hypervisor.QemuProgram;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The description of an appliance: what the publisher says of it, the hardware it wants, and its
/// files by digest. `docs/formats/appliance.md` has the text form.
///
/// @param version 1 to 64 of `[A-Za-z0-9._+~-]`
/// @param title what people call it, 1 to 80 printable characters
/// @param summary one sentence, at most 200 printable characters
/// @param network what the appliance asks for; the user grants it
/// @param firmware UEFI only with profile `modern`
/// @param memory 4 MiB to 64 GiB, whole mebibytes
/// @param cpus 1 to 16
/// @param scratch what becomes of what a machine writes on its system disk
/// @param sharing how its machines get at folders of the host; only with profile `modern`
/// @param fileTypes MIME types that the app opens
/// @param kernelCommandLine present if the appliance boots its own [Part#KERNEL], and [Part#INITRD]
///   with it; at most 2,047 printable ASCII characters
/// @param recipe the digest of what it was built from, so that nothing is built twice
/// @param warm present if the appliance can be opened without booting
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
        Scratch scratch,
        Sharing sharing,
        List<String> fileTypes,
        Optional<String> kernelCommandLine,
        Digest recipe,
        Optional<Warm> warm,
        Map<Part, Content> parts) {
    /// The word of a kernel command line that tells that the guest puts a user's customisations
    /// over its system, as `docs/formats/guest.md` has it.
    public static final String CUSTOMISABLE = "carryall.customisable=1";

    private static final ByteSize LEAST_MEMORY = ByteSize.mebibytes(4);
    private static final ByteSize MOST_MEMORY = ByteSize.mebibytes(64 << 10);

    public Appliance {
        fileTypes = List.copyOf(fileTypes);
        if (!version.matches("[A-Za-z0-9._+~-]{1,64}")) {
            throw new IllegalArgumentException("'" + version + "' is not a version");
        }
        check(isPrintable(title, 80) && !title.isBlank(), "title", title);
        check(isPrintable(summary, 200), "summary", summary);
        check(
                memory.compareTo(LEAST_MEMORY) >= 0
                        && memory.compareTo(MOST_MEMORY) <= 0
                        && memory.bytes() % (1 << 20) == 0,
                "memory",
                memory);
        check(cpus >= 1 && cpus <= 16, "cpus", cpus);
        check(firmware == Firmware.BIOS || profile == Profile.MODERN, "firmware", firmware);
        check(sharing == Sharing.NONE || profile == Profile.MODERN, "folders", sharing);
        for (String type : fileTypes) {
            check(type.length() <= 192 && type.matches("[a-z0-9.+-]+/[a-z0-9.+-]+"), "type", type);
        }
        check(parts.containsKey(Part.SYSTEM), "parts, without a system disk", parts.keySet());
        if (kernelCommandLine.isPresent()) {
            String line = kernelCommandLine.get();
            check(line.matches("[ -~]{0,2047}"), "kernel command line", line);
            check(
                    parts.containsKey(Part.KERNEL) && parts.containsKey(Part.INITRD),
                    "parts, without a kernel",
                    parts.keySet());
        }
        if (warm.isPresent() && !parts.keySet().containsAll(Part.WARM)) {
            throw new IllegalArgumentException("a warm state with parts missing: " + name);
        }
        parts = Collections.unmodifiableMap(new EnumMap<>(parts));
    }

    /// The text form, `docs/formats/appliance.md`; its digest names the appliance.
    public String text() {
        return ApplianceText.write(this);
    }

    /// Reads what [#text] wrote, to the byte.
    ///
    /// @throws IllegalArgumentException if it is anything else
    public static Appliance parse(String text) {
        return ApplianceText.parse(text);
    }

    /// The same under another name.
    public Appliance named(ApplianceName other) {
        return new Appliance(
                other,
                version,
                title,
                summary,
                profile,
                firmware,
                memory,
                cpus,
                network,
                scratch,
                sharing,
                fileTypes,
                kernelCommandLine,
                recipe,
                warm,
                parts);
    }

    /// Whether a machine of it can have customisations of its system.
    public boolean isCustomisable() {
        return kernelCommandLine.isPresent()
                && parts.containsKey(Part.PERSONAL)
                && List.of(kernelCommandLine.get().split(" ")).contains(CUSTOMISABLE);
    }

    private static void check(boolean holds, String what, Object found) {
        if (!holds) {
            throw new IllegalArgumentException(what + ": " + found);
        }
    }

    private static boolean isPrintable(String text, int longest) {
        return text.matches("[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}]{0," + longest + "}");
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
        ICON("icon.png"),
        /// The guest's memory with its desktop up and no personal disk: as large as the memory,
        /// holes for zeros.
        SESSION_MEMORY("session.memory"),
        /// What of it is not zero: a [MemoryIndex] whose first pack is the memory itself.
        SESSION_INDEX("session.index"),
        /// The devices then.
        SESSION_DEVICES("session.devices"),
        /// The layer over [#SYSTEM] then; qcow2.
        SESSION_SYSTEM("session.system.qcow2"),
        /// The guest's memory with a fresh personal disk and the app up and idle.
        APP_MEMORY("app.memory"),
        APP_INDEX("app.index"),
        APP_DEVICES("app.devices"),
        /// The layer over [#SESSION_SYSTEM] then; qcow2.
        APP_SYSTEM("app.system.qcow2"),
        /// The layer over [#PERSONAL] then; qcow2.
        APP_PERSONAL("app.personal.qcow2"),
        /// What a machine touches when it first runs, in that order: `docs/formats/opening.md`.
        OPENING("opening");

        /// The parts that an appliance with warm states has.
        static final Set<Part> WARM =
                Collections.unmodifiableSet(EnumSet.range(SESSION_MEMORY, APP_PERSONAL));

        private final String fileName;

        Part(String fileName) {
            this.fileName = fileName;
        }

        /// The part's name in texts, such as `session-memory`.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /// The name under which the part lies in an appliance's directory.
        public String fileName() {
            return fileName;
        }
    }

    /// What the warm states were taken with; the rest of the hardware is the appliance's.
    ///
    /// @param qemu which QEMU saved them
    public record Warm(QemuProgram.Version qemu, Accelerator accelerator) {}

    /// What a file holds.
    public record Content(ByteSize size, Digest digest) {}
}
