package carryall.release;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceName;
import carryall.appliance.Appliances;
import carryall.appliance.BuildFolder;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.Scratch;
import carryall.appliance.Sharing;
import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/// Appliances as small as can be, and as sparse as real ones.
final class Builds {
    static final ApplianceName NAME = new ApplianceName("acme", "drawing");
    static final PublishListener QUIET =
            new PublishListener() {
                @Override
                public void toCome(int steps) {}

                @Override
                public void step(String title, long totalBytes) {}

                @Override
                public void done(long bytes) {}
            };

    /// Where the content is on the system disk.
    static final int START = 1 << 20;

    private Builds() {}

    /// Nothing was published before.
    static Publishing.Bases noBases() {
        return new Publishing.Bases(List.of(), 0, List.of(), 0);
    }

    /// Bytes that compress to about a half.
    static byte[] content(long seed, int bytes) {
        byte[] content = new byte[bytes];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < bytes; i++) {
            content[i] = (byte) (random.nextInt() & 0x0f);
        }
        return content;
    }

    /// An appliance with a system disk of 64 MiB that holds some content, and an icon.
    static InstalledAppliance build(Appliances appliances, String version, byte[] content)
            throws IOException {
        return build(appliances, version, content, Optional.empty(), Map.of());
    }

    /// The same with other files.
    ///
    /// @param others beside the system disk and the icon
    static InstalledAppliance build(
            Appliances appliances,
            String version,
            byte[] content,
            Optional<Appliance.Warm> warm,
            Map<Appliance.Part, byte[]> others)
            throws IOException {
        return build(appliances, "drawing", version, content, warm, others);
    }

    /// The same of another app.
    static InstalledAppliance build(
            Appliances appliances,
            String app,
            String version,
            byte[] content,
            Optional<Appliance.Warm> warm,
            Map<Appliance.Part, byte[]> others)
            throws IOException {
        try (BuildFolder folder = appliances.newFolder(_ -> {})) {
            Path system = folder.path().resolve(Appliance.Part.SYSTEM.fileName());
            try (FileChannel channel =
                    FileChannel.open(
                            system, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(content), START);
                channel.write(ByteBuffer.allocate(1), (64 << 20) - 1);
            }
            Path icon = folder.path().resolve(Appliance.Part.ICON.fileName());
            Files.write(icon, "no picture".getBytes(StandardCharsets.US_ASCII));
            Set<Appliance.Part> all = EnumSet.of(Appliance.Part.SYSTEM, Appliance.Part.ICON);
            for (Map.Entry<Appliance.Part, byte[]> other : others.entrySet()) {
                Files.write(folder.path().resolve(other.getKey().fileName()), other.getValue());
                all.add(other.getKey());
            }
            Map<Appliance.Part, Appliance.Content> parts = new EnumMap<>(Appliance.Part.class);
            for (Appliance.Part part : all) {
                Path file = folder.path().resolve(part.fileName());
                parts.put(
                        part,
                        new Appliance.Content(new ByteSize(Files.size(file)), Digest.of(file)));
            }
            return appliances.add(
                    folder,
                    new Appliance(
                            new ApplianceName("local", app),
                            version,
                            "Drawing",
                            "Draws.",
                            Profile.CLASSIC,
                            Firmware.BIOS,
                            ByteSize.mebibytes(64),
                            1,
                            Network.NONE,
                            Scratch.KEEP,
                            Sharing.NONE,
                            List.of(),
                            Optional.empty(),
                            Digest.of(version.getBytes(StandardCharsets.UTF_8)),
                            warm,
                            parts));
        }
    }
}
