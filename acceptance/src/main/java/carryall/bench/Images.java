package carryall.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The images that are updated: a desktop of Debian 12, and three others that somebody may go on to
/// who has it. `scripts/make-update-images` says what is in them.
///
/// @param folder with each as NAME.raw
record Images(Path folder) {
    static final int BLOCK = 4096;
    static final String FIRST = "A1";

    static final List<String> OTHERS = List.of("A2", "A3", "B1");

    /// How another image came from the first.
    static String word(String name) {
        return switch (name) {
            case "A2" -> "rebuilt";
            case "A3" -> "upgraded in place";
            case "B1" -> "another application";
            default -> throw new IllegalArgumentException(name);
        };
    }

    /// Takes those of a folder, or makes them in a new one, which needs root.
    static Images of(Optional<Path> there, Path root, Path work)
            throws IOException, InterruptedException {
        Images images = new Images(there.orElse(work.resolve("images")).toAbsolutePath());
        List<String> missing = new ArrayList<>(List.of(FIRST));
        missing.addAll(OTHERS);
        missing.removeIf(name -> Files.exists(images.file(name)));
        if (!missing.isEmpty()) {
            if (there.isPresent()) {
                throw new IOException(images.folder + " lacks " + missing);
            }
            Files.createDirectories(images.folder);
            Effort.of(
                    images.folder,
                    List.of(
                            root.resolve("scripts/make-update-images").toString(),
                            images.folder.toString()));
        }
        return images;
    }

    Path file(String name) {
        return folder.resolve(name + ".raw");
    }

    /// What is in an image beside zeros.
    long contentBytes(String name) throws IOException {
        byte[] zeros = new byte[BLOCK];
        long bytes = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file(name)), 1 << 20)) {
            for (byte[] block = in.readNBytes(BLOCK);
                    block.length > 0;
                    block = in.readNBytes(BLOCK)) {
                bytes += Arrays.equals(block, zeros) ? 0 : block.length;
            }
        }
        return bytes;
    }
}
