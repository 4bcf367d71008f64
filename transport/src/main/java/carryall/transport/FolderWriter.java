package carryall.transport;

import carryall.crypto.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/// Writes to a layout folder, alone: each file goes to the folder `.carryall` first, is flushed,
/// and is renamed to its place. So a file in `.carryall` counts for nothing; when the lock is free
/// it was left by a writer that died, and the next one removes it.
final class FolderWriter implements AutoCloseable {
    private static final String UNFINISHED = ".carryall";
    private static final String LOCK = "lock";

    private final FolderContent content;
    private final Path unfinished;
    private final WriteLock lock;

    private FolderWriter(FolderContent content, Path unfinished, WriteLock lock) {
        this.content = content;
        this.unfinished = unfinished;
        this.lock = lock;
    }

    /// Waits for other writers; then the folder is a layout, if it was none.
    static FolderWriter of(FolderContent content) throws IOException {
        Path unfinished = content.folder().resolve(UNFINISHED);
        Files.createDirectories(unfinished);
        Path real = unfinished.toRealPath();
        WriteLock lock = WriteLock.of(content.location(), real, LOCK);
        FolderWriter writer = new FolderWriter(content, real, lock);
        try {
            writer.removeLeftovers();
            writer.makeLayout();
            return writer;
        } catch (IOException | RuntimeException failure) {
            lock.close();
            throw failure;
        }
    }

    private void removeLeftovers() throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(unfinished)) {
            for (Path entry : entries) {
                if (!entry.getFileName().toString().equals(LOCK)) {
                    Files.delete(entry);
                }
            }
        }
    }

    /// `oci-layout` comes last: whoever sees it finds the rest.
    private void makeLayout() throws IOException {
        Path folder = content.folder();
        if (Files.exists(folder.resolve(FolderContent.LAYOUT))) {
            return;
        }
        Files.createDirectories(content.blobs());
        if (!Files.exists(folder.resolve(FolderContent.INDEX))) {
            replace(folder.resolve(FolderContent.INDEX), utf8(LayoutIndex.empty().text()));
        }
        replace(folder.resolve(FolderContent.LAYOUT), utf8("{\"imageLayoutVersion\":\"1.0.0\"}"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Puts a blob in its place, unless one of its size is there.
    void put(Path place, Digest digest, Blob blob) throws IOException {
        if (Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)
                && Files.size(place) == blob.size()) {
            return;
        }
        Path file = unfinished.resolve(UUID.randomUUID().toString());
        try {
            try (InputStream from = blob.open();
                    FileChannel to = create(file)) {
                copy(from, to, blob.size());
                to.force(true);
            }
            if (!Digest.of(file).equals(digest)) {
                throw new TransportException.Damaged(
                        content.location(), digest, "what should be put there is another content");
            }
            Files.createDirectories(content.blobs());
            move(file, place);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static void copy(InputStream from, FileChannel to, long size) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long done = 0;
        int read = from.read(buffer);
        while (read >= 0) {
            done += read;
            if (done > size) {
                break;
            }
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
            while (bytes.hasRemaining()) {
                to.write(bytes);
            }
            read = from.read(buffer);
        }
        if (done != size) {
            throw new IOException("a blob of " + size + " bytes has another length");
        }
    }

    void replace(Path place, byte[] bytes) throws IOException {
        Path file = unfinished.resolve(UUID.randomUUID().toString());
        try {
            try (FileChannel to = create(file)) {
                ByteBuffer all = ByteBuffer.wrap(bytes);
                while (all.hasRemaining()) {
                    to.write(all);
                }
                to.force(true);
            }
            move(file, place);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static void move(Path file, Path place) throws IOException {
        Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
        FolderContent.flush(place.resolveSibling("."));
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
