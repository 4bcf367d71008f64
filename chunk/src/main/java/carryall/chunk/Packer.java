package carryall.chunk;

import carryall.crypto.Digest;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Compresses frames on all processors and writes them, in their order, into packs in a folder.
/// Equal frames give equal packs. One thread uses it.
final class Packer implements Closeable {
    private final Path folder;
    private final ExecutorService workers;
    private final int mostWaiting;
    private final Deque<Future<byte[]>> waiting = new ArrayDeque<>();
    private final List<Pack> packs = new ArrayList<>();
    private final List<Stored> stored = new ArrayList<>();
    private final int packSize;
    private Path open = Path.of("");
    private FileChannel channel;
    private MessageDigest digest;
    private long written;

    /// Where a frame went.
    ///
    /// @param pack number of the pack, of those that this packer wrote
    record Stored(int pack, long offset, int bytes) {}

    /// @param folder for the packs, each named by the digits of its digest
    /// @param packSize bytes after which a pack is full
    Packer(Path folder, int packSize) throws IOException {
        this.folder = folder;
        this.packSize = packSize;
        int processors = Runtime.getRuntime().availableProcessors();
        this.workers =
                Executors.newFixedThreadPool(
                        processors, Thread.ofPlatform().name("pack-", 0).factory());
        this.mostWaiting = 4 * processors;
        this.channel = begin();
        this.digest = Digests.sha256();
    }

    /// Compresses a frame behind the others; may wait for those before.
    ///
    /// @param frame gives the frame, compressed; called on another thread
    void add(Callable<byte[]> frame) throws IOException {
        while (waiting.size() >= mostWaiting) {
            writeNext();
        }
        waiting.add(workers.submit(frame));
    }

    /// Compresses bytes without anything before them.
    static byte[] compress(byte[] plain, int level) {
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(level).setContentSize(true).setChecksum(false);
            return context.compress(plain);
        }
    }

    private void writeNext() throws IOException {
        byte[] frame = result(waiting.remove());
        if (written > 0 && written + frame.length > packSize) {
            endPack();
            channel = begin();
        }
        stored.add(new Stored(packs.size(), written, frame.length));
        digest.update(frame);
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        written += frame.length;
    }

    private static byte[] result(Future<byte[]> frame) throws IOException {
        try {
            return frame.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException("a frame could not be compressed", failed.getCause());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("packing was interrupted");
        }
    }

    private FileChannel begin() throws IOException {
        open = Files.createTempFile(folder, "pack-", ".new");
        written = 0;
        return FileChannel.open(open, StandardOpenOption.WRITE);
    }

    private void endPack() throws IOException {
        channel.close();
        if (written == 0) {
            Files.delete(open);
            return;
        }
        String hex = HexFormat.of().formatHex(digest.digest());
        Files.move(open, folder.resolve(hex), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        packs.add(new Pack(new Digest("sha256:" + hex), written));
    }

    /// Writes what is left.
    ///
    /// @return where each frame went, in the order in which they were added
    List<Stored> finish() throws IOException {
        while (!waiting.isEmpty()) {
            writeNext();
        }
        endPack();
        return List.copyOf(stored);
    }

    /// The packs, after [#finish].
    List<Pack> packs() {
        return List.copyOf(packs);
    }

    @Override
    public void close() throws IOException {
        workers.shutdownNow();
        channel.close();
        Files.deleteIfExists(open);
    }
}
