package carryall.home;

import carryall.crypto.Digest;
import carryall.transport.TransportException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// A store in a folder: a disk, a stick, a folder that some tool copies about. An object is the
/// file `<kind>/<2 digits>/<64 digits>`; it is written as `incoming/<writer>.<uuid>`, flushed, and
/// renamed. There is no other file, and none that changes, so a copy that was cut is a home that
/// lacks objects, and nothing worse. A file that was cut by such a copy does not have its digest;
/// the next put of that object replaces it.
public final class FolderStore implements HomeStore {
    private static final String INCOMING = "incoming";
    private static final Set<OpenOption> READ =
            Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final Path folder;
    private final String location;
    private final UUID writer;

    /// Over a folder that is there; what lies in it is not looked at yet.
    ///
    /// @param writer who writes: what it left unfinished is its own to [#tidy]
    public FolderStore(Path folder, UUID writer) {
        this.folder = folder.toAbsolutePath().normalize();
        this.location = folder.toString();
        this.writer = writer;
    }

    @Override
    public String location() {
        return location;
    }

    private Path file(ObjectName name) {
        String hex = name.digest().hex();
        return folder.resolve(name.kind().word()).resolve(hex.substring(0, 2)).resolve(hex);
    }

    @Override
    public List<ObjectName> list(ObjectKind kind) throws TransportException {
        if (!Files.isDirectory(folder)) {
            throw new TransportException.Refused(location, "is not there, or is no folder");
        }
        List<ObjectName> names = new ArrayList<>();
        Path all = folder.resolve(kind.word());
        try {
            for (Path half : entries(all, "[0-9a-f]{2}")) {
                for (Path file : entries(half, "[0-9a-f]{64}")) {
                    String hex = file.getFileName().toString();
                    if (hex.startsWith(half.getFileName().toString())) {
                        names.add(new ObjectName(kind, new Digest("sha256:" + hex)));
                    }
                }
            }
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
        names.sort(Comparator.naturalOrder());
        return names;
    }

    private static List<Path> entries(Path directory, String pattern) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (entry.getFileName().toString().matches(pattern)) {
                    found.add(entry);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException none) {
            return List.of();
        }
        return found;
    }

    @Override
    public void put(ObjectName name, byte[] bytes) throws TransportException {
        if (!Files.isDirectory(folder)) {
            throw new TransportException.Refused(location, "is not there, or is no folder");
        }
        Path place = file(name);
        try {
            // One of its size may still be another's bytes, if a copy was cut; then it is read.
            if (Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(place) == bytes.length
                    && Digest.of(place).equals(name.digest())) {
                return;
            }
            Path incoming = Files.createDirectories(folder.resolve(INCOMING));
            Path beside = incoming.resolve(writer + "." + UUID.randomUUID());
            try {
                write(beside, bytes);
                makeFolders(place.resolveSibling(""));
                move(beside, place);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel to =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                to.write(left);
            }
            to.force(true);
        }
    }

    private void makeFolders(Path half) throws IOException {
        if (!Files.isDirectory(half)) {
            Files.createDirectories(half);
            flush(half.resolveSibling(""));
            flush(folder);
        }
    }

    private static void move(Path file, Path place) throws IOException {
        try {
            Files.move(file, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException otherDisk) {
            throw new IOException("its folders lie on different disks", otherDisk);
        }
        flush(place.resolveSibling(""));
    }

    private static void flush(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public byte[] read(ObjectName name) throws TransportException {
        try (SeekableByteChannel channel = open(name)) {
            long size = channel.size();
            if (size > LARGEST_OBJECT) {
                throw new TransportException.Damaged(location, name.text(), "it has " + size);
            }
            byte[] bytes = filled(channel, name, (int) size);
            StoredObject.check(location, name, bytes);
            return bytes;
        } catch (TransportException known) {
            throw known;
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
    }

    @Override
    public byte[] range(ObjectName name, long size, long offset, int length)
            throws TransportException {
        try (SeekableByteChannel channel = open(name)) {
            StoredObject.checkSize(location, name, size, channel.size());
            channel.position(offset);
            return filled(channel, name, length);
        } catch (TransportException known) {
            throw known;
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
    }

    /// A link or a pipe might lead anywhere, or never end.
    private SeekableByteChannel open(ObjectName name) throws IOException {
        Path file = file(name);
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new TransportException.Damaged(
                        location, name.text(), "it is no ordinary file");
            }
            return Files.newByteChannel(file, READ);
        } catch (NoSuchFileException | NotDirectoryException missing) {
            throw new TransportException.Missing(location, name.text());
        }
    }

    private byte[] filled(SeekableByteChannel channel, ObjectName name, int length)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new TransportException.Damaged(
                        location, name.text(), "it was cut while it was read");
            }
        }
        return bytes.array();
    }

    @Override
    public void remove(ObjectName name) throws TransportException {
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
    }

    /// Removes what this writer began and did not end; nobody may write as it meanwhile.
    public void tidy() throws TransportException {
        try {
            for (Path left : entries(folder.resolve(INCOMING), writer + "\\..*")) {
                Files.deleteIfExists(left);
            }
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
    }
}
