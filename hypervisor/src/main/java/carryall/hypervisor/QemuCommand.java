package carryall.hypervisor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The words that start QEMU for a [VirtualMachine]. The devices, their order and their addresses
/// depend on profile, firmware, disks and ports alone, so that a saved state fits later; a disk
/// behind a port may be missing.
record QemuCommand(QemuProgram program, VirtualMachine machine, Start start, Path directory) {
    private static final int FREE_PORTS = 4;

    Path socket(String name) {
        return directory.resolve(name + ".sock");
    }

    /// @throws HypervisorException.FirmwareMissing if the machine needs UEFI and there is none
    List<String> words() throws HypervisorException {
        List<String> words = new ArrayList<>();
        words.add(program.program().toString());
        words.addAll(program.dataWords());
        words.addAll(List.of("-nodefaults", "-no-user-config", "-S", "-display", "none"));
        words.addAll(List.of("-name", machine.name(), "-uuid", machine.id().toString()));
        words.addAll(
                List.of(
                        "-machine",
                        machine.profile().machineType()
                                + ",vmport=off,usb=off,memory-backend="
                                + MigrationStream.MEMORY
                                + flash(words)));
        words.addAll(List.of("-object", memory()));
        switch (start) {
            case Start.Boot _ -> {}
            case Start.Resume _ -> words.addAll(List.of("-incoming", "defer"));
        }
        words.addAll(
                List.of(
                        "-accel",
                        switch (machine.accelerator()) {
                            case KVM -> "kvm";
                            case TCG -> "tcg,thread=multi,tb-size=256";
                        }));
        words.addAll(List.of("-cpu", machine.profile().cpuModel()));
        words.addAll(List.of("-smp", Integer.toString(machine.cpus())));
        words.addAll(List.of("-m", machine.memory().inMebibytes() + "M"));
        words.addAll(List.of("-rtc", "base=utc"));
        words.addAll(
                List.of(
                        "-sandbox",
                        "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"));
        words.addAll(List.of("-qmp", listening("qmp")));
        words.addAll(List.of("-vnc", "unix:" + escaped(socket("vnc")) + ",audiodev=sound"));
        words.addAll(List.of("-audiodev", "none,id=sound"));
        words.addAll(List.of("-chardev", "socket,id=serial,path=" + quietly("serial")));
        words.addAll(List.of("-serial", "chardev:serial"));
        words.addAll(List.of("-netdev", "user,id=network,restrict=" + restricted()));
        switch (machine.profile()) {
            case MODERN -> modern(words);
            case CLASSIC -> classic(words);
        }
        switch (machine.boot()) {
            case Boot.Disk() -> words.addAll(List.of("-boot", "order=c"));
            // A guest that restarts has no kernel to start from: QEMU ends, and is started with
            // one.
            case Boot.Later() -> words.addAll(List.of("-action", "reboot=shutdown"));
            case Boot.Kernel(Path kernel, Path initrd, String commandLine) ->
                    words.addAll(
                            List.of(
                                    "-kernel",
                                    kernel.toString(),
                                    "-initrd",
                                    initrd.toString(),
                                    "-append",
                                    commandLine));
        }
        return words;
    }

    /// The flash memory that UEFI is in; it has an address of its own below 4 GiB and none on a
    /// bus.
    private String flash(List<String> words) throws HypervisorException {
        if (machine.uefiVariables().isEmpty()) {
            return "";
        }
        words.addAll(
                List.of(
                        "-blockdev",
                        "driver=file,read-only=on,node-name=uefi-code,filename="
                                + escaped(Ovmf.code())));
        words.addAll(
                List.of(
                        "-blockdev",
                        "driver=file,node-name=uefi-variables,filename="
                                + escaped(machine.uefiVariables().get())));
        return ",pflash0=uefi-code,pflash1=uefi-variables";
    }

    private void modern(List<String> words) {
        for (int i = 0; i < machine.disks().size(); i++) {
            Disk disk = machine.disks().get(i);
            if (!unplugged().contains(disk.serial())) {
                nodes(words, disk);
                device(words, virtio(i));
            }
        }
        device(words, "virtio-vga,id=screen,xres=1280,yres=800,addr=0x2");
        device(words, "virtio-keyboard-pci,addr=0x3");
        device(words, "virtio-tablet-pci,addr=0x4");
        device(words, "virtio-net-pci,netdev=network,mac=" + machine.mac() + ",romfile=,addr=0x5");
        device(words, "virtio-rng-pci,addr=0x6");
        device(words, "virtio-serial-pci,id=channels,addr=0x7");
        words.addAll(List.of("-chardev", "socket,id=agent,path=" + quietly("agent")));
        device(words, "virtserialport,bus=channels.0,chardev=agent,name=org.qemu.guest_agent.0");
        for (int i = 0; i < machine.ports().size(); i++) {
            String port = machine.ports().get(i);
            words.addAll(
                    List.of("-chardev", "socket,id=port%d,path=".formatted(i) + quietly(port)));
            // The agent's is the first.
            device(
                    words,
                    "virtserialport,bus=channels.0,nr=%d,chardev=port%d,name=%s"
                            .formatted(i + 2, i, port));
        }
        device(words, "vmgenid,id=generation,guid=auto");
        for (int port = 0; port < FREE_PORTS; port++) {
            device(
                    words,
                    "pcie-root-port,id=free%d,chassis=%d,addr=0x%x"
                            .formatted(port, port + 1, 24 + port));
        }
    }

    /// The device of the `number`th disk: the first is built in, the others are behind ports, where
    /// they may come and go.
    Map<String, Object> virtio(int number) {
        Map<String, Object> device = new DiskNodes(machine.disks().get(number)).virtio();
        if (number == 0) {
            device.put("addr", "0x10");
        } else {
            device.put("bus", "free" + (number - 1));
            device.put("addr", "0x0");
        }
        return device;
    }

    private void classic(List<String> words) {
        for (int i = 0; i < machine.disks().size(); i++) {
            Disk disk = machine.disks().get(i);
            nodes(words, disk);
            device(words, new DiskNodes(disk).ide(i));
        }
        device(words, "cirrus-vga,id=screen,addr=0x2");
        device(words, "sb16,audiodev=sound");
        device(words, "pcnet,netdev=network,mac=" + machine.mac() + ",romfile=,addr=0x5");
    }

    private Set<String> unplugged() {
        return switch (start) {
            case Start.Boot boot -> boot.unplugged();
            case Start.Resume resume -> resume.unplugged();
        };
    }

    private static void device(List<String> words, String device) {
        words.addAll(List.of("-device", device));
    }

    private static void device(List<String> words, Map<String, Object> device) {
        device(words, JsonLines.text(device));
    }

    private static void nodes(List<String> words, Disk disk) {
        for (Map<String, Object> node : new DiskNodes(disk).all()) {
            words.addAll(List.of("-blockdev", JsonLines.text(node)));
        }
    }

    /// The guest's main memory: empty, or an image that is mapped copy-on-write.
    private String memory() {
        String size = ",id=" + MigrationStream.MEMORY + ",size=" + machine.memory().bytes();
        return mappedImage()
                .map(image ->
                        "memory-backend-file"
                                + size
                                + ",share=off"
                                + (program.mapsReadOnlyImages() ? ",readonly=on,rom=off" : "")
                                + ",mem-path="
                                + escaped(image.file()))
                .orElse("memory-backend-ram" + size);
    }

    /// The memory image that QEMU maps itself.
    Optional<MemoryImage> mappedImage() {
        return start instanceof Start.Resume resume
                ? resume.image().filter(image -> program.mapsReadOnlyImages() || image.isServed())
                : Optional.empty();
    }

    private String restricted() {
        return switch (machine.network()) {
            case NONE -> "on";
            case INTERNET -> "off";
        };
    }

    private String listening(String name) {
        return "unix:" + escaped(socket(name)) + ",server=on,wait=off";
    }

    private String quietly(String name) {
        return escaped(socket(name)) + ",server=on,wait=off";
    }

    /// QEMU's options end at a comma unless it is doubled.
    private static String escaped(Path path) {
        return path.toString().replace(",", ",,");
    }
}
