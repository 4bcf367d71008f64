package carryall.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// QEMU alone boots a disk that lies on a web server. Kernel and initrd are downloaded before.
record BootWay(Guest guest) implements OpenWay {
    private static final List<String> DISKS = List.of("system.raw", "personal.raw");

    @Override
    public String name() {
        return "HTTP boot";
    }

    @Override
    public List<String> needs() {
        return HttpDisk.NEEDS;
    }

    @Override
    public void prepare(Path folder) throws IOException, InterruptedException {
        new HandQemu(guest.cold(), folder).newLayers(guest.appliance());
    }

    @Override
    public Window open(Path folder, Started started) throws IOException, InterruptedException {
        Map<String, HttpDisk> disks = new TreeMap<>();
        for (String disk : DISKS) {
            disks.put(disk, HttpDisk.start(disk, folder, started));
        }
        Path kernel = folder.resolve("kernel");
        Path initrd = folder.resolve("initrd");
        started.run(
                "curl",
                "-sf",
                "--parallel",
                "--no-progress-meter",
                WebServer.address("parts/kernel"),
                "-o",
                kernel.toString(),
                WebServer.address("parts/initrd"),
                "-o",
                initrd.toString());
        for (HttpDisk disk : disks.values()) {
            started.awaitReady(disk.pid());
        }
        return new HandQemu(guest.cold(), folder)
                .start(
                        part -> HandQemu.nbd(folder.resolve(part + ".sock")),
                        new HandQemu.Begin.Boot(kernel, initrd),
                        started);
    }

    @Override
    public void end(Path folder) {
        // What it started is ended by whoever has it.
    }
}
