package carryall.acceptance;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceName;
import carryall.appliance.BuildFolder;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.MemoryImageFile;
import carryall.appliance.Scratch;
import carryall.appliance.Sharing;
import carryall.crypto.Digest;
import carryall.hypervisor.Accelerators;
import carryall.hypervisor.Boot;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Disk;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.MacAddress;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import carryall.hypervisor.Qemu;
import carryall.hypervisor.QemuProgram;
import carryall.hypervisor.Start;
import carryall.hypervisor.VirtualMachine;
import carryall.machine.Machines;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/// [TinyLinux] as an appliance with a kernel of its own and warm states, such as recipes for Debian
/// have: a shell waits on the serial console. Its system disk is random bytes, which it does not
/// need.
final class WarmTiny {
    private static final ApplianceName NAME = new ApplianceName("local", "warm");
    private static final ByteSize MEMORY = ByteSize.mebibytes(128);
    private static final int SYSTEM = 40 << 20;
    private static final String COMMAND_LINE =
            "console=tty0 console=ttyS0 quiet panic=1 mitigations=off";

    private final Machines machines;
    private final String version;
    private final Path out;

    private WarmTiny(Machines machines, String version, Path out) {
        this.machines = machines;
        this.version = version;
        this.out = out;
    }

    /// Adds the appliance `local/warm` to those of a state directory.
    ///
    /// @param work for what it is made of
    static InstalledAppliance add(Path home, Path work) throws IOException, InterruptedException {
        return add(home, work, "1");
    }

    /// The same as another release.
    static InstalledAppliance add(Path home, Path work, String version)
            throws IOException, InterruptedException {
        Machines machines = new Machines(home);
        try (BuildFolder folder = machines.appliances().newFolder(_ -> {})) {
            WarmTiny tiny = new WarmTiny(machines, version, folder.path());
            return machines.appliances().add(folder, tiny.build(work));
        }
    }

    private Path file(Appliance.Part part) {
        return out.resolve(part.fileName());
    }

    private Appliance build(Path work) throws IOException, InterruptedException {
        TinyLinux.bootFiles(work, file(Appliance.Part.KERNEL), file(Appliance.Part.INITRD));
        byte[] system = new byte[SYSTEM];
        new SplittableRandom(4).nextBytes(system);
        Files.write(file(Appliance.Part.SYSTEM), system);
        String personal = file(Appliance.Part.PERSONAL).toString();
        Tool.run("mke2fs", "-q", "-t", "ext4", "-m", "0", personal, "64M");
        Appliance.Warm warm = capture();
        Map<Appliance.Part, Appliance.Content> parts = new EnumMap<>(Appliance.Part.class);
        for (Appliance.Part part : Appliance.Part.values()) {
            if (Files.exists(file(part))) {
                parts.put(
                        part,
                        new Appliance.Content(
                                new ByteSize(Files.size(file(part))), Digest.of(file(part))));
            }
        }
        return new Appliance(
                NAME,
                version,
                "Warm",
                "A kernel and a shell.",
                Profile.MODERN,
                Firmware.BIOS,
                MEMORY,
                1,
                Network.NONE,
                Scratch.KEEP,
                Sharing.NONE,
                List.of(),
                Optional.of(COMMAND_LINE),
                Digest.of(("warm " + version).getBytes(StandardCharsets.UTF_8)),
                Optional.of(warm),
                parts);
    }

    private Path layer(Path folder, Appliance.Part part, Appliance.Part base)
            throws IOException, InterruptedException {
        Path layer = folder.resolve(part.fileName());
        String size = Long.toString(Files.size(file(base)));
        Tool.run("qemu-img", "create", "-q", "-f", "qcow2", layer.toString(), size);
        return layer;
    }

    private Appliance.Warm capture() throws IOException, InterruptedException {
        Path layers = Files.createDirectory(out.resolve("layers"));
        Path sockets = Files.createTempDirectory("carryall-warm");
        Path session = layer(layers, Appliance.Part.SESSION_SYSTEM, Appliance.Part.SYSTEM);
        Path app = layer(layers, Appliance.Part.APP_SYSTEM, Appliance.Part.SYSTEM);
        Path personal = layer(layers, Appliance.Part.APP_PERSONAL, Appliance.Part.PERSONAL);
        Accelerators.Verdict verdict = machines.accelerators().choose();
        QemuProgram program = QemuProgram.find();
        VirtualMachine machine =
                new VirtualMachine(
                        NAME.app(),
                        new UUID(0, 1),
                        Profile.MODERN,
                        Firmware.BIOS,
                        Optional.empty(),
                        verdict.accelerator(),
                        MEMORY,
                        1,
                        List.of(
                                new Disk("system", file(Appliance.Part.SYSTEM), List.of(), session),
                                new Disk(
                                        "personal",
                                        file(Appliance.Part.PERSONAL),
                                        List.of(),
                                        personal)),
                        new Boot.Kernel(
                                file(Appliance.Part.KERNEL),
                                file(Appliance.Part.INITRD),
                                COMMAND_LINE),
                        new MacAddress("52:54:00:00:00:00"),
                        Network.NONE,
                        List.of());
        try (Qemu qemu =
                Qemu.start(
                        program, machine, new Start.Boot(Set.of("personal")), sockets, _ -> {})) {
            awaitReady(qemu);
            qemu.pause();
            qemu.freeze(Map.of("system", app));
            save(
                    qemu,
                    Appliance.Part.SESSION_MEMORY,
                    Appliance.Part.SESSION_INDEX,
                    Appliance.Part.SESSION_DEVICES);
            qemu.goOn();
            qemu.plug("personal");
            qemu.pause();
            save(
                    qemu,
                    Appliance.Part.APP_MEMORY,
                    Appliance.Part.APP_INDEX,
                    Appliance.Part.APP_DEVICES);
            qemu.quit(Duration.ofSeconds(10));
        }
        for (Path layer : List.of(session, app, personal)) {
            // Copied, so that it is no longer the jail user's.
            Files.copy(layer, out.resolve(layer.getFileName()));
        }
        Tool.run("rm", "-r", layers.toString(), sockets.toString());
        return new Appliance.Warm(program.version(), verdict.accelerator());
    }

    private static void awaitReady(Qemu qemu) throws IOException {
        StringBuilder said = new StringBuilder();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(qemu.consoleSocket()));
            qemu.goOn();
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            while (said.indexOf(TinyLinux.READY) < 0) {
                if (channel.read(buffer) < 0) {
                    throw new AssertionError("the guest ended: " + said);
                }
                said.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
                buffer.clear();
            }
        }
    }

    private void save(
            Qemu qemu, Appliance.Part memory, Appliance.Part index, Appliance.Part devices)
            throws IOException {
        try (MemoryImageFile image = MemoryImageFile.create(file(memory), MEMORY.bytes())) {
            qemu.save(image, file(devices), _ -> {});
            image.finish().write(file(index));
        }
    }
}
