package carryall.bench;

import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What a server has of one application, for each way to get it: a shelf, the parts as they are,
/// and all that resuming needs in one compressed file.
///
/// @param web what is served: `shelf/`, `parts/`, `whole.tar.zst`
/// @param level of that file's compression
record Served(Path web, int level) {
    static final String WHOLE = "whole.tar.zst";

    /// What the application's state is made of, and its disks.
    static final List<String> WARM =
            List.of(
                    "system.raw",
                    "session.system.qcow2",
                    "app.system.qcow2",
                    "personal.raw",
                    "app.personal.qcow2",
                    "app.devices",
                    "app.memory");

    private static final List<String> COLD = List.of("kernel", "initrd");
    private static final String PUBLISHED = "published.json";

    /// Makes what is not in the folder yet.
    ///
    /// @param web made if it is not there
    static Served of(Carryall carryall, Path appliance, Path web, int level)
            throws IOException, InterruptedException {
        Served served = new Served(Files.createDirectories(web).toAbsolutePath(), level);
        served.publish(carryall);
        served.link(appliance);
        if (UpdateWay.has("zstd")) {
            served.compress(appliance);
        }
        return served;
    }

    private void publish(Carryall carryall) throws IOException, InterruptedException {
        Path said = web.resolve(PUBLISHED);
        if (!Files.exists(said)) {
            carryall.run("keygen", "bench");
            Path shelf = web.resolve("shelf");
            Run run = carryall.run("publish", OpenBenchmark.APP, shelf.toString(), "--json");
            Files.writeString(said, run.output());
        }
    }

    private void link(Path appliance) throws IOException {
        Path parts = Files.createDirectories(web.resolve("parts"));
        try (Stream<Path> old = Files.list(parts)) {
            for (Path each : old.toList()) {
                Files.delete(each);
            }
        }
        for (String part : Stream.concat(WARM.stream(), COLD.stream()).toList()) {
            Files.createSymbolicLink(parts.resolve(part), appliance.resolve(part));
        }
    }

    private void compress(Path appliance) throws IOException, InterruptedException {
        Path whole = web.resolve(WHOLE);
        Path levelled = web.resolve("whole-" + level + ".tar.zst");
        if (!Files.exists(levelled)) {
            Path partly = web.resolve("partly.tar.zst");
            List<String> tar =
                    new ArrayList<>(
                            List.of(
                                    "tar",
                                    "-cS",
                                    "-I",
                                    "zstd -T0 -" + level,
                                    "-f",
                                    partly.toString(),
                                    "-C",
                                    appliance.toString()));
            tar.addAll(WARM);
            Run.of(tar, web);
            Files.move(partly, levelled);
        }
        Files.deleteIfExists(whole);
        Files.createLink(whole, levelled);
    }

    /// What a first download of the release takes, in bytes.
    long releaseBytes() throws IOException {
        return JsonText.parse(Files.readString(web.resolve(PUBLISHED))).number("firstFetchBytes");
    }

    /// In bytes; 0 if there is no `zstd` here.
    long wholeBytes() throws IOException {
        Path whole = web.resolve(WHOLE);
        return Files.exists(whole) ? Files.size(whole) : 0;
    }
}
