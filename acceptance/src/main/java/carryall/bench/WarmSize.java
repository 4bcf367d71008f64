package carryall.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/// What warm states add to a download: what they hold beside the disk, compressed by `zstd -3`.
///
/// @param memory pages of both memories, each different one once, without those that also stand on
///   the system disk at a multiple of a page; in mebibytes
/// @param rest devices and layers; in mebibytes
record WarmSize(double memory, double rest) {
    private static final int PAGE = 4096;
    private static final int PAGES_AT_ONCE = 256;

    /// Measures an appliance's parts.
    ///
    /// @return empty if there is no `zstd` on this host
    static Optional<WarmSize> of(Path appliance) throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of("/usr/bin/zstd"))) {
            System.err.println("no zstd here: the size of the warm states is left out");
            return Optional.empty();
        }
        Set<Long> known = new HashSet<>();
        known.add(sum(ByteBuffer.allocate(PAGE)));
        pages(appliance.resolve("system.raw"), page -> known.add(sum(page)));
        double memory =
                compressed(zstd -> {
                    for (String name : List.of("app.memory", "session.memory")) {
                        pages(
                                appliance.resolve(name),
                                page -> {
                                    if (known.add(sum(page))) {
                                        byte[] bytes = new byte[PAGE];
                                        page.duplicate().get(bytes);
                                        zstd.write(bytes);
                                    }
                                });
                    }
                });
        double rest =
                compressed(zstd -> {
                    for (String name :
                            List.of(
                                    "app.devices",
                                    "session.devices",
                                    "session.system.qcow2",
                                    "app.system.qcow2",
                                    "app.personal.qcow2")) {
                        Files.copy(appliance.resolve(name), zstd);
                    }
                });
        return Optional.of(new WarmSize(memory, rest));
    }

    /// Two sums of different polynomials: that a page passes for another is as good as impossible
    /// among some hundred thousand.
    private static long sum(ByteBuffer page) {
        CRC32 one = new CRC32();
        one.update(page.duplicate());
        CRC32C other = new CRC32C();
        other.update(page.duplicate());
        return one.getValue() << 32 | other.getValue();
    }

    private interface Pages {
        void page(ByteBuffer page) throws IOException;
    }

    private static void pages(Path file, Pages pages) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocate(PAGE * PAGES_AT_ONCE);
            while (channel.read(buffer) >= 0 || buffer.position() > 0) {
                int whole = buffer.position() / PAGE;
                if (whole == 0) {
                    return;
                }
                buffer.flip();
                for (int i = 0; i < whole; i++) {
                    pages.page(buffer.slice(i * PAGE, PAGE));
                }
                buffer.position(whole * PAGE).compact();
            }
        }
    }

    private interface Source {
        void writeTo(OutputStream zstd) throws IOException;
    }

    private static double compressed(Source source) throws IOException, InterruptedException {
        Process zstd =
                new ProcessBuilder("/usr/bin/zstd", "-3", "-q", "-c")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        CompletableFuture<Long> counted = new CompletableFuture<>();
        Thread.ofPlatform()
                .name("output of zstd")
                .start(() -> {
                    try (InputStream out = zstd.getInputStream()) {
                        counted.complete(out.transferTo(OutputStream.nullOutputStream()));
                    } catch (IOException gone) {
                        counted.completeExceptionally(new UncheckedIOException(gone));
                    }
                });
        try (OutputStream in = zstd.getOutputStream()) {
            source.writeTo(in);
        }
        if (zstd.waitFor() != 0) {
            throw new IOException("zstd ended with " + zstd.exitValue());
        }
        return counted.join() / (double) (1 << 20);
    }
}
