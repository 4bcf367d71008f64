package carryall.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One patch for the whole image by zstd, which looks at no more than 2 GiB: so that it gets the
/// images without their blocks of zeros, which is a little less than the others get.
///
/// @param level of zstd
/// @param work empty at first
record PatchWay(Images images, Path work, int level) implements UpdateWay {
    @Override
    public String name() {
        return "zstd -" + level;
    }

    @Override
    public boolean isHere() {
        return UpdateWay.has("zstd");
    }

    @Override
    public Optional<Step> first() throws IOException, InterruptedException {
        return Optional.of(step(Images.FIRST, List.of()));
    }

    @Override
    public Step update(String to) throws IOException, InterruptedException {
        return step(to, List.of("--patch-from=" + dense(Images.FIRST)));
    }

    private Step step(String name, List<String> from) throws IOException, InterruptedException {
        Path image = dense(name);
        Path patch = work.resolve("patch.zst");
        Path came = work.resolve("came");
        List<String> common = List.of("zstd", "-q", "-f", "--long=31", "--memory=2048MB");
        Effort publisher =
                Effort.of(
                        work,
                        joined(
                                List.of(
                                        common,
                                        List.of("-" + level),
                                        from,
                                        List.of(image.toString(), "-o", patch.toString()))));
        Effort client =
                Effort.of(
                        work,
                        joined(
                                List.of(
                                        common,
                                        List.of("-d"),
                                        from,
                                        List.of(patch.toString(), "-o", came.toString()))));
        UpdateWay.compare(image, came);
        return new Step(publisher, client, Files.size(patch));
    }

    private static List<String> joined(List<List<String>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }

    /// An image without its blocks of zeros; made once.
    private Path dense(String name) throws IOException {
        Path dense = work.resolveSibling(name + ".dense");
        if (!Files.exists(dense)) {
            byte[] zeros = new byte[Images.BLOCK];
            try (InputStream in =
                            new BufferedInputStream(
                                    Files.newInputStream(images.file(name)), 1 << 20);
                    OutputStream out =
                            new BufferedOutputStream(Files.newOutputStream(dense), 1 << 20)) {
                for (byte[] block = in.readNBytes(Images.BLOCK);
                        block.length > 0;
                        block = in.readNBytes(Images.BLOCK)) {
                    if (!Arrays.equals(block, zeros)) {
                        out.write(block);
                    }
                }
            }
        }
        return dense;
    }
}
