package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// QEMU alone resumes what was saved, with memory and disks on a web server, as VMNetX did: what
/// the guest touches is fetched then. The memory is a file of `nbdfuse`, mapped; the devices come
/// in one piece.
///
/// QEMU asks for huge pages, and so Linux reads that much around each page of the memory; what the
/// mount is told to read ahead changes nothing.
record PagedWay(Guest guest) implements OpenWay {
    private static final String MEMORY = "app.memory";
    private static final String DEVICES = "app.devices";

    @Override
    public String name() {
        return "HTTP page";
    }

    @Override
    public List<String> needs() {
        return List.of("nbdkit", "curl", "nbdfuse");
    }

    @Override
    public void prepare(Path folder) throws IOException, InterruptedException {
        Files.createFile(folder.resolve(MEMORY));
        new HandQemu(guest.warm(), folder).newLayers(guest.appliance());
    }

    @Override
    public Window open(Path folder, Started started) throws IOException, InterruptedException {
        Map<String, HttpDisk> disks = new TreeMap<>();
        for (String part : Served.WARM) {
            if (!part.equals(DEVICES)) {
                disks.put(part, HttpDisk.start(part, folder, started));
            }
        }
        for (HttpDisk disk : disks.values()) {
            started.awaitReady(disk.pid());
        }
        Path mounted = folder.resolve("mounted.pid");
        Path memory = folder.resolve(MEMORY);
        started.start(
                "nbdfuse",
                "-o",
                "auto_unmount",
                "-P",
                mounted.toString(),
                memory.toString(),
                "--unix",
                folder.resolve(MEMORY + ".sock").toString());
        started.awaitReady(mounted);
        return new HandQemu(guest.warm(), folder)
                .start(
                        part -> HandQemu.nbd(folder.resolve(part + ".sock")),
                        new HandQemu.Begin.Resume(
                                memory, "curl -sf " + WebServer.address("parts/" + DEVICES)),
                        started);
    }

    @Override
    public void end(Path folder) {
        // What it started is ended by whoever has it.
    }
}
