package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Everything that was saved is downloaded in one compressed file, unpacked as it comes, and
/// resumed by QEMU alone, which maps the memory.
record DownloadWay(Guest guest) implements OpenWay {
    @Override
    public String name() {
        return "download";
    }

    @Override
    public List<String> needs() {
        return List.of("curl", "zstd", "tar");
    }

    @Override
    public void prepare(Path folder) throws IOException, InterruptedException {
        Files.createDirectory(folder.resolve("parts"));
        new HandQemu(guest.warm(), folder).newLayers(guest.appliance());
    }

    @Override
    public Window open(Path folder, Started started) throws IOException, InterruptedException {
        Path parts = folder.resolve("parts");
        started.run(
                "sh",
                "-c",
                "curl -sf %s | zstd -dc | tar -xSf - -C %s"
                        .formatted(WebServer.address(Served.WHOLE), parts));
        return new HandQemu(guest.warm(), folder)
                .start(
                        part -> HandQemu.file(parts.resolve(part)),
                        new HandQemu.Begin.Resume(
                                parts.resolve("app.memory"), "cat " + parts.resolve("app.devices")),
                        started);
    }

    @Override
    public void end(Path folder) {
        // What it started is ended by whoever has it.
    }
}
