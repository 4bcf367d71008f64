package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class QemuCommandTest {
    private static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");
    private static final Path RUNTIME = Path.of("/run/m");

    private static final List<Disk> DISKS =
            List.of(
                    new Disk(
                            "system",
                            Path.of("/m/scratch.qcow2"),
                            Disk.Format.QCOW2,
                            Optional.of(Path.of("/a/system.raw"))),
                    new Disk(
                            "personal",
                            Path.of("/m/personal.raw"),
                            Disk.Format.RAW,
                            Optional.empty()));

    /// A machine of which one thing at a time is changed.
    private record Of(
            Profile profile,
            Optional<Path> uefi,
            Accelerator accelerator,
            ByteSize memory,
            int cpus,
            List<Disk> disks,
            Boot boot,
            Network network) {
        static Of profile(Profile profile) {
            return new Of(
                    profile,
                    Optional.empty(),
                    Accelerator.TCG,
                    ByteSize.mebibytes(768),
                    2,
                    DISKS,
                    new Boot.Disk(),
                    Network.NONE);
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
                    network);
        }

        Of with(Accelerator changed) {
            return new Of(profile, uefi, changed, memory, cpus, disks, boot, network);
        }

        Of with(ByteSize changed) {
            return new Of(profile, uefi, accelerator, changed, cpus, disks, boot, network);
        }

        Of with(Boot changed) {
            return new Of(profile, uefi, accelerator, memory, cpus, disks, changed, network);
        }

        Of with(List<Disk> changed) {
            return new Of(profile, uefi, accelerator, memory, cpus, changed, boot, network);
        }

        Of with(Network changed) {
            return new Of(profile, uefi, accelerator, memory, cpus, disks, boot, changed);
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
                    network);
        }

        List<String> words() throws IOException {
            return new QemuCommand(machine(), RUNTIME).words(QEMU);
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

    @Test
    void theDevicesOfProfileModernAreTheseForEver() throws IOException {
        assertThat(Of.profile(Profile.MODERN).devices())
                .containsExactly(
                        "virtio-blk-pci,drive=node-system,id=disk-system,serial=system,addr=0x10,werror=stop,rerror=stop",
                        "virtio-blk-pci,drive=node-personal,id=disk-personal,serial=personal,addr=0x11,werror=stop,rerror=stop",
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
    void theDevicesOfProfileClassicAreTheseForEver() throws IOException {
        assertThat(Of.profile(Profile.CLASSIC).devices())
                .containsExactly(
                        "ide-hd,drive=node-system,id=disk-system,serial=system,bus=ide.0,unit=0,werror=stop,rerror=stop",
                        "ide-hd,drive=node-personal,id=disk-personal,serial=personal,bus=ide.0,unit=1,werror=stop,rerror=stop",
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
        List<String> nodes = values(Of.profile(Profile.MODERN).words(), "-blockdev");
        assertThat(nodes)
                .containsExactly(
                        "driver=file,node-name=file-system,discard=unmap,filename=/m/scratch.qcow2",
                        "driver=file,read-only=on,node-name=file-base-system,filename=/a/system.raw",
                        "driver=raw,read-only=on,node-name=base-system,file=file-base-system",
                        "driver=qcow2,discard=unmap,file=file-system,backing=base-system,node-name=node-system",
                        "driver=file,node-name=file-personal,discard=unmap,filename=/m/personal.raw",
                        "driver=raw,discard=unmap,file=file-personal,node-name=node-personal");
    }

    @Test
    void commasInPathsDoNotEndAnOption() throws IOException {
        Of machine =
                Of.profile(Profile.MODERN)
                        .with(
                                List.of(
                                        new Disk(
                                                "system",
                                                Path.of("/a,read-only=on/d"),
                                                Disk.Format.QCOW2,
                                                Optional.of(Path.of("/b,driver=nbd/d")))))
                        .uefi(Path.of("/c,x=y/v"));
        List<String> words = new QemuCommand(machine.machine(), Path.of("/run/a,b")).words(QEMU);

        assertThat(values(words, "-blockdev"))
                .anyMatch(word -> word.endsWith("filename=/a,,read-only=on/d"))
                .anyMatch(word -> word.endsWith("filename=/b,,driver=nbd/d"))
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
                        "pc-q35-7.2,vmport=off,usb=off,pflash0=uefi-code,pflash1=uefi-variables");
    }

    /// A real QEMU in its jail, once for each profile and firmware.
    @Test
    @Timeout(60)
    void qemuAcceptsItAndRuns(@TempDir Path folder) throws Exception {
        Path disk = folder.resolve("a,b.raw");
        Path variables = folder.resolve("uefi-vars.fd");
        Files.copy(Ovmf.newVariables(), variables);
        List<Disk> disks = List.of(new Disk("system", disk, Disk.Format.RAW, Optional.empty()));
        for (Of machine :
                List.of(
                        Of.profile(Profile.MODERN).with(disks),
                        Of.profile(Profile.CLASSIC).with(disks),
                        Of.profile(Profile.MODERN).with(disks).uefi(variables))) {
            Files.write(disk, new byte[1 << 20]);
            Path runtime = Files.createTempDirectory(folder, "q");
            LinkedBlockingQueue<QemuEvent> events = new LinkedBlockingQueue<>();
            CompletableFuture<Qemu.Ended> ended;
            try (Qemu qemu = Qemu.start(machine.machine(), runtime, events::add)) {
                assertThat(qemu.version()).matches("[0-9]+\\.[0-9]+\\.[0-9]+");
                assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo(new QemuEvent.WentOn());
                ended = qemu.ended();
                assertThat(ended).isNotDone();
                qemu.quit(java.time.Duration.ofSeconds(10));
            }
            assertThat(ended.get(10, TimeUnit.SECONDS).exitCode()).isZero();
        }
    }

    @Test
    @Timeout(60)
    void aQemuThatEndsAtOnceIsToldInItsWords(@TempDir Path folder) throws Exception {
        Path disk = folder.resolve("d.raw");
        Files.write(disk, new byte[512]);
        Of machine =
                Of.profile(Profile.MODERN)
                        .with(
                                List.of(
                                        new Disk(
                                                "system",
                                                disk,
                                                Disk.Format.QCOW2,
                                                Optional.empty())));
        Path runtime = Files.createDirectory(folder.resolve("q"));

        assertThatThrownBy(() -> Qemu.start(machine.machine(), runtime, _ -> {}))
                .isInstanceOf(HypervisorException.QemuFailed.class)
                .hasMessageContaining("not in qcow2 format");
    }
}
