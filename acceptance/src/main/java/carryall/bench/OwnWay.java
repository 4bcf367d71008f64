package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Carryall's own: [UpdateSide] as a process for each side, started as `./carryall` is for
/// `publish` and `update`.
///
/// @param shelf empty at first
/// @param level of zstd; deltas have their own
record OwnWay(Images images, Path shelf, int level) implements UpdateWay {
    private static final String PUBLISHER_HEAP = "-Xmx420m";
    private static final String CLIENT_HEAP = "-Xmx256m";

    @Override
    public String name() {
        return "Carryall";
    }

    @Override
    public boolean isHere() {
        return true;
    }

    @Override
    public Optional<Step> first() throws IOException, InterruptedException {
        return Optional.of(step(Images.FIRST, List.of()));
    }

    @Override
    public Step update(String to) throws IOException, InterruptedException {
        return step(to, List.of(Images.FIRST, images.file(Images.FIRST).toString()));
    }

    private Step step(String name, List<String> base) throws IOException, InterruptedException {
        Effort publisher = publish(name, base);
        Path came = shelf.resolve("came.raw");
        Effort client =
                side(CLIENT_HEAP, List.of("update", shelf.toString(), name, came.toString()), base);
        UpdateWay.compare(images.file(name), came);
        return new Step(publisher, client, Long.parseLong(client.output().strip()));
    }

    private Effort publish(String name, List<String> base)
            throws IOException, InterruptedException {
        return side(
                PUBLISHER_HEAP,
                List.of(
                        "publish",
                        shelf.toString(),
                        name,
                        images.file(name).toString(),
                        Integer.toString(level)),
                base);
    }

    /// Publishes the first image and nothing more.
    Effort publishFirst() throws IOException, InterruptedException {
        return publish(Images.FIRST, List.of());
    }

    long indexBytes() throws IOException {
        return Files.size(UpdateSide.index(shelf, Images.FIRST));
    }

    private Effort side(String heap, List<String> words, List<String> base)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        line.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-Xms8m",
                        heap,
                        "-Xss512k",
                        "-XX:ReservedCodeCacheSize=24m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        absolute(System.getProperty("java.class.path")),
                        UpdateSide.class.getName()));
        line.addAll(words);
        line.addAll(base);
        return Effort.of(shelf, line);
    }

    private static String absolute(String paths) {
        return String.join(
                ":",
                List.of(paths.split(":", -1)).stream()
                        .map(path -> Path.of(path).toAbsolutePath().toString())
                        .toList());
    }
}
