package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class QemuCommandTest {
    private static final QemuProgram QEMU =
            new QemuProgram(
                    Path.of("/usr/bin/qemu-system-x86_64"),
                    Optional.empty(),
                    QemuProgram.Version.parse("7.2.22"));
    private static final Path RUNTIME = Path.of("/run/m");

    private static final List<Disk> DISKS =
            List.of(
                    disk("system", Path.of("/a/system.raw"), Path.of("/m/disks/s.qcow2")),
                    disk("personal", Path.of("/m/disks/p.raw"), Path.of("/m/disks/p.qcow2")));

    private static Disk disk(String serial, Path base, Path top) {
        return new Disk(serial, base, List.of(), top);
    }

    /// A machine of which one thing at a time is changed.
    private record Of(
            Profile profile,
            Optional<Path> uefi,
            Accelerator accelerator,
            ByteSize memory,
            int cpus,
            List<Disk> disks,
            Boot boot,
            Network network,
            List<String> ports) {
        static Of profile(Profile profile) {
            return new Of(
                    profile,
                    Optional.empty(),
                    Accelerator.TCG,
                    ByteSize.mebibytes(768),
                    2,
                    DISKS,
                    new Boot.Disk(),
                    Network.NONE,
                    List.of());
        }

        Of uefi(Path variables) {
            return new Of(
                    profile,
                    Optional.of(variables),
                    accelerator,
                    memory,
                    cpus,
                    disks,
                    boot,
                    network,
                    ports);
        }

        Of with(Accelerator changed) {
            return new Of(profile, uefi, changed, memory, cpus, disks, boot, network, ports);
        }

        Of with(ByteSize changed) {
            return new Of(profile, uefi, accelerator, changed, cpus, disks, boot, network, ports);
        }

        Of with(Boot changed) {
            return new Of(profile, uefi, accelerator, memory, cpus, disks, changed, network, ports);
        }

        Of with(List<Disk> changed) {
            return new Of(profile, uefi, accelerator, memory, cpus, changed, boot, network, ports);
        }

        Of with(Network changed) {
            return new Of(profile, uefi, accelerator, memory, cpus, disks, boot, changed, ports);
        }

        Of ports(String... names) {
            return new Of(
                    profile, uefi, accelerator, memory, cpus, disks, boot, network, List.of(names));
        }

        VirtualMachine machine() {
            return new VirtualMachine(
                    "m",
                    new UUID(1, 2),
                    profile,
                    uefi.isPresent() ? Firmware.UEFI : Firmware.BIOS,
                    uefi,
                    accelerator,
                    memory,
                    cpus,
                    disks,
                    boot,
                    new MacAddress("52:54:00:00:00:01"),
                    network,
                    ports);
        }

        List<String> words() throws IOException {
            return words(QEMU, new Start.Boot());
        }

        List<String> words(QemuProgram program, Start start) throws IOException {
            return new QemuCommand(program, machine(), start, RUNTIME).words();
        }

        List<String> devices() throws IOException {
            return values(words(), "-device");
        }
    }

    private static List<String> values(List<String> words, String option) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < words.size() - 1; i++) {
            if (words.get(i).equals(option)) {
                values.add(words.get(i + 1));
            }
        }
        return values;
    }

    private static String virtio(String serial, String place) {
        return "{\"driver\":\"virtio-blk-pci\",%s,%s}".formatted(ofDisk(serial), place);
    }

    private static String ide(String serial, int unit) {
        return "{\"driver\":\"ide-hd\",%s,\"bus\":\"ide.0\",\"unit\":%d}"
                .formatted(ofDisk(serial), unit);
    }

    private static String ofDisk(String serial) {
        return ("\"drive\":\"layer-%1$s-0\",\"id\":\"disk-%1$s\",\"serial\":\"%1$s\","
                        + "\"werror\":\"stop\",\"rerror\":\"stop\"")
                .formatted(serial);
    }

    @Test
    void theDevicesOfProfileModernAreTheseForEver() throws IOException {
        assertThat(Of.profile(Profile.MODERN).devices())
                .containsExactly(
                        virtio("system", "\"addr\":\"0x10\""),
                        virtio("personal", "\"bus\":\"free0\",\"addr\":\"0x0\""),
                        "virtio-vga,id=screen,xres=1280,yres=800,addr=0x2",
                        "virtio-keyboard-pci,addr=0x3",
                        "virtio-tablet-pci,addr=0x4",
                        "virtio-net-pci,netdev=network,mac=52:54:00:00:00:01,romfile=,addr=0x5",
                        "virtio-rng-pci,addr=0x6",
                        "virtio-serial-pci,id=channels,addr=0x7",
                        "virtserialport,bus=channels.0,chardev=agent,name=org.qemu.guest_agent.0",
                        "vmgenid,id=generation,guid=auto",
                        "pcie-root-port,id=free0,chassis=1,addr=0x18",
                        "pcie-root-port,id=free1,chassis=2,addr=0x19",
                        "pcie-root-port,id=free2,chassis=3,addr=0x1a",
                        "pcie-root-port,id=free3,chassis=4,addr=0x1b");
    }

    @Test
    void portsAreBehindTheAgentsAndChangeNothingElse() throws IOException {
        List<String> devices = new ArrayList<>(Of.profile(Profile.MODERN).devices());
        devices.add(
                devices.indexOf("vmgenid,id=generation,guid=auto"),
                "virtserialport,bus=channels.0,nr=2,chardev=port0,name=carryall.folders");
        Of machine = Of.profile(Profile.MODERN).ports("carryall.folders");
        assertThat(machine.devices()).isEqualTo(devices);
        assertThat(values(machine.words(), "-chardev"))
                .contains("socket,id=port0,path=/run/m/carryall.folders.sock,server=on,wait=off");
    }

    @Test
    void theDevicesOfProfileClassicAreTheseForEver() throws IOException {
        assertThat(Of.profile(Profile.CLASSIC).devices())
                .containsExactly(
                        ide("system", 0),
                        ide("personal", 1),
                        "cirrus-vga,id=screen,addr=0x2",
                        "sb16,audiodev=sound",
                        "pcnet,netdev=network,mac=52:54:00:00:00:01,romfile=,addr=0x5");
    }

    @Test
    void machineAndProcessorAreVersionedNames() throws IOException {
        for (Profile profile : Profile.values()) {
            List<String> words = Of.profile(profile).words();
            assertThat(values(words, "-machine"))
                    .singleElement()
                    .asString()
                    .matches("pc-[a-z0-9]+-[0-9]+\\.[0-9]+,.*");
            assertThat(values(words, "-cpu"))
                    .singleElement()
                    .asString()
                    .matches("[A-Za-z0-9]+-v[0-9]+");
        }
    }

    @Test
    void devicesAreTheSameWhateverTheHostAndTheGrants() throws IOException {
        for (Profile profile : Profile.values()) {
            Of machine = Of.profile(profile);
            assertThat(
                            List.of(
                                    machine.with(Accelerator.KVM),
                                    machine.with(Network.INTERNET),
                                    machine.with(ByteSize.mebibytes(4096)),
                                    machine.with(
                                            new Boot.Kernel(
                                                    Path.of("/a/kernel"),
                                                    Path.of("/a/initrd"),
                                                    "quiet"))))
                    .allSatisfy(other -> assertThat(other.devices()).isEqualTo(machine.devices()));
        }
        assertThat(Of.profile(Profile.MODERN).uefi(Path.of("/m/uefi-vars.fd")).devices())
                .isEqualTo(Of.profile(Profile.MODERN).devices());
    }

    @Test
    void theNetworkIsRestrictedUnlessGranted() throws IOException {
        Of machine = Of.profile(Profile.MODERN);
        assertThat(values(machine.words(), "-netdev"))
                .containsExactly("user,id=network,restrict=on");
        assertThat(values(machine.with(Network.INTERNET).words(), "-netdev"))
                .containsExactly("user,id=network,restrict=off");
    }

    @Test
    void theAcceleratorIsTheOneChosenWithNoOtherToFallBackTo() throws IOException {
        Of machine = Of.profile(Profile.MODERN);
        assertThat(values(machine.with(Accelerator.KVM).words(), "-accel")).containsExactly("kvm");
        assertThat(values(machine.words(), "-accel")).singleElement().asString().startsWith("tcg,");
    }

    @Test
    void qemuShutsItselfInAndListensAtUnixSocketsAlone() throws IOException {
        List<String> words = Of.profile(Profile.MODERN).words();
        assertThat(values(words, "-sandbox"))
                .containsExactly(
                        "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
        assertThat(words).contains("-nodefaults", "-no-user-config", "-S");
        assertThat(values(words, "-qmp"))
                .containsExactly("unix:/run/m/qmp.sock,server=on,wait=off");
        assertThat(values(words, "-vnc")).containsExactly("unix:/run/m/vnc.sock,audiodev=sound");
        assertThat(values(words, "-chardev"))
                .allMatch(word -> word.startsWith("socket,id="))
                .allMatch(word -> word.contains(",path=/run/m/"));
    }

    @Test
    void formatsAreStatedAndAnImageCannotNameAnotherFile() throws IOException {
        Disk layered =
                new Disk(
                        "system",
                        Path.of("/a/system.raw"),
                        List.of(Path.of("/m/disks/frozen.qcow2")),
                        Path.of("/m/disks/top.qcow2"));
        List<String> nodes =
                values(Of.profile(Profile.MODERN).with(List.of(layered)).words(), "-blockdev");
        assertThat(nodes)
                .containsExactly(
                        "{\"driver\":\"raw\",\"node-name\":\"base-system\",\"read-only\":true,"
                                + file("file-base-system", "/a/system.raw", true)
                                + "}",
                        "{\"driver\":\"qcow2\",\"node-name\":\"layer-system-0\","
                                + "\"read-only\":true,\"discard\":\"unmap\","
                                + file("file-layer-system-0", "/m/disks/frozen.qcow2", true)
                                + ",\"backing\":\"base-system\"}",
                        "{\"driver\":\"qcow2\",\"node-name\":\"layer-system-1\","
                                + "\"read-only\":false,\"discard\":\"unmap\","
                                + file("file-layer-system-1", "/m/disks/top.qcow2", false)
                                + ",\"backing\":\"layer-system-0\"}");
    }

    private static String file(String node, String path, boolean isReadOnly) {
        return ("\"file\":{\"driver\":\"file\",\"node-name\":\"%s\",\"filename\":\"%s\","
                        + "\"read-only\":%s,\"discard\":\"unmap\"}")
                .formatted(node, path, isReadOnly);
    }

    @Test
    void aMemoryImageIsMappedOnlyWhereQemuOpensItForReadingAlone() throws IOException {
        Start resume =
                new Start.Resume(
                        Path.of("/s/devices"),
                        Optional.of(
                                new MemoryImage(
                                        Path.of("/a/app.memory"), MemorySource.NOTHING, false)),
                        MemorySource.NOTHING,
                        Set.of("personal"));
        Of machine = Of.profile(Profile.MODERN);
        List<String> older = machine.words(QEMU, resume);
        assertThat(values(older, "-object"))
                .containsExactly("memory-backend-ram,id=ram,size=805306368");
        assertThat(values(older, "-incoming")).containsExactly("defer");
        assertThat(values(older, "-device")).noneMatch(device -> device.contains("personal"));
        QemuProgram newer =
                new QemuProgram(
                        QEMU.program(), Optional.empty(), QemuProgram.Version.parse("10.0.2"));
        assertThat(values(machine.words(newer, resume), "-object"))
                .containsExactly(
                        "memory-backend-file,id=ram,size=805306368,share=off,readonly=on,"
                                + "rom=off,mem-path=/a/app.memory");
    }

    @Test
    void commasInPathsDoNotEndAnOption() throws IOException {
        Of machine =
                Of.profile(Profile.MODERN)
                        .with(
                                List.of(
                                        disk(
                                                "system",
                                                Path.of("/b,driver=nbd/d"),
                                                Path.of("/a,read-only=on/d"))))
                        .uefi(Path.of("/c,x=y/v"));
        List<String> words =
                new QemuCommand(QEMU, machine.machine(), new Start.Boot(), Path.of("/run/a,b"))
                        .words();

        assertThat(values(words, "-blockdev"))
                .anyMatch(word -> word.contains("\"filename\":\"/a,read-only=on/d\""))
                .anyMatch(word -> word.contains("\"filename\":\"/b,driver=nbd/d\""))
                .anyMatch(word -> word.endsWith("filename=/c,,x=y/v"));
        assertThat(words.stream().filter(word -> word.contains("/run/a")))
                .hasSize(4)
                .allMatch(word -> word.contains("/run/a,,b/"));
    }

    @Test
    void uefiIsCodeThatNobodyWritesAndTheMachinesOwnVariables() throws IOException {
        List<String> words = Of.profile(Profile.MODERN).uefi(Path.of("/m/uefi-vars.fd")).words();
        assertThat(values(words, "-blockdev"))
                .startsWith(
                        "driver=file,read-only=on,node-name=uefi-code,filename=/usr/share/OVMF/OVMF_CODE_4M.fd",
                        "driver=file,node-name=uefi-variables,filename=/m/uefi-vars.fd");
        assertThat(values(words, "-machine"))
                .containsExactly(
                        "pc-q35-7.2,vmport=off,usb=off,memory-backend=ram,pflash0=uefi-code,pflash1=uefi-variables");
    }

    /// A real QEMU in its jail, once for each profile and firmware.
    @Test
    @Timeout(60)
    void qemuAcceptsItAndRuns(@TempDir Path folder) throws Exception {
        Path disk = folder.resolve("a,b.raw");
        Path top = Files.createDirectory(folder.resolve("disks")).resolve("top.qcow2");
        Path variables = folder.resolve("uefi-vars.fd");
        Files.copy(Ovmf.newVariables(), variables);
        List<Disk> disks = List.of(disk("system", disk, top));
        for (Of machine :
                List.of(
                        Of.profile(Profile.MODERN).with(disks),
                        Of.profile(Profile.MODERN).with(disks).ports("carryall.folders"),
                        Of.profile(Profile.CLASSIC).with(disks),
                        Of.profile(Profile.MODERN).with(disks).uefi(variables))) {
            Files.write(disk, new byte[1 << 20]);
            layer(top);
            Path runtime = Files.createTempDirectory(folder, "q");
            LinkedBlockingQueue<QemuEvent> events = new LinkedBlockingQueue<>();
            CompletableFuture<Qemu.Ended> ended;
            try (Qemu qemu =
                    Qemu.start(
                            QemuProgram.find(),
                            machine.machine(),
                            new Start.Boot(),
                            runtime,
                            events::add)) {
                assertThat(qemu.program().version()).isEqualTo(QemuProgram.find().version());
                assertThat(events).isEmpty();
                qemu.goOn();
                assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo(new QemuEvent.WentOn());
                ended = qemu.ended();
                assertThat(ended).isNotDone();
                qemu.quit(java.time.Duration.ofSeconds(10));
            }
            assertThat(ended.get(10, TimeUnit.SECONDS).exitCode()).isZero();
        }
    }

    private static void layer(Path layer) throws IOException {
        Files.deleteIfExists(layer);
        HostCheck.firstLine(
                List.of("qemu-img", "create", "-q", "-f", "qcow2", layer.toString(), "1M"));
    }

    @Test
    @Timeout(60)
    void aQemuThatEndsAtOnceIsToldInItsWords(@TempDir Path folder) throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disks")).resolve("d.raw");
        Files.write(disk, new byte[512]);
        Path base = Files.write(folder.resolve("base.raw"), new byte[512]);
        Of machine = Of.profile(Profile.MODERN).with(List.of(disk("system", base, disk)));
        Path runtime = Files.createDirectory(folder.resolve("q"));

        assertThatThrownBy(() ->
                        Qemu.start(
                                QemuProgram.find(),
                                machine.machine(),
                                new Start.Boot(),
                                runtime,
                                _ -> {}))
                .isInstanceOf(HypervisorException.QemuFailed.class)
                .hasMessageContaining("not in qcow2 format");
    }
}
