package carryall.transport;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;

/// An OCI image layout on a disk (image-spec, "Image Layout"). Reading takes no lock: files are
/// replaced by renaming, and a blob is listed only once it lies there.
///
/// @param folder where it lies
/// @param location the folder as the user wrote it
record FolderContent(Path folder, String location) implements LayoutContent {
    static final String LAYOUT = "oci-layout";
    static final String INDEX = "index.json";
    private static final int LARGEST_LAYOUT = 4096;
    private static final Set<OpenOption> READ =
            Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    Path blobs() {
        return folder.resolve("blobs").resolve("sha256");
    }

    private Path file(Digest digest) {
        return blobs().resolve(digest.hex());
    }

    @Override
    public LayoutIndex index() throws TransportException {
        checkLayout();
        byte[] bytes = whole(folder.resolve(INDEX), INDEX, LayoutIndex.LARGEST);
        String text = ManifestText.utf8(location, INDEX, bytes);
        try {
            return LayoutIndex.parse(text);
        } catch (IllegalArgumentException rubbish) {
            throw new TransportException.Damaged(location, INDEX, ManifestText.words(rubbish));
        }
    }

    private void checkLayout() throws TransportException {
        if (!Files.isDirectory(folder)) {
            throw new TransportException.Refused(location, "is no shelf: there is no such folder");
        }
        if (!Files.exists(folder.resolve(LAYOUT))) {
            throw new TransportException.Refused(location, "is no shelf: it has no file " + LAYOUT);
        }
        byte[] bytes = whole(folder.resolve(LAYOUT), LAYOUT, LARGEST_LAYOUT);
        try {
            String text = ManifestText.utf8(location, LAYOUT, bytes);
            String version = JsonText.parse(text).text("imageLayoutVersion");
            if (!version.equals("1.0.0")) {
                throw new TransportException.Refused(
                        location, "is an OCI image layout of another version than 1.0.0");
            }
        } catch (IllegalArgumentException rubbish) {
            throw new TransportException.Damaged(location, LAYOUT, ManifestText.words(rubbish));
        }
    }

    @Override
    public byte[] blob(Digest digest, long largest) throws TransportException {
        return whole(file(digest), digest.text(), largest);
    }

    private byte[] whole(Path file, String what, long largest) throws TransportException {
        try (SeekableByteChannel channel = open(file, what)) {
            long size = channel.size();
            if (size > largest) {
                throw new TransportException.Damaged(
                        location, what, "it has " + size + " bytes, more than " + largest);
            }
            byte[] bytes = Channels.newInputStream(channel).readNBytes((int) size);
            if (bytes.length < size) {
                throw new TransportException.Damaged(location, what, "it was cut while read");
            }
            return bytes;
        } catch (TransportException known) {
            throw known;
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
    }

    /// A link or a pipe might lead anywhere, or never end.
    private SeekableByteChannel open(Path file, String what)
            throws IOException, TransportException {
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !isFile(file)) {
                throw new TransportException.Damaged(location, what, "it is no ordinary file");
            }
            return Files.newByteChannel(file, READ);
        } catch (NoSuchFileException missing) {
            throw new TransportException.Missing(location, what);
        }
    }

    private static boolean isFile(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public InputStream range(Digest digest, long size, long offset, long length)
            throws TransportException {
        try {
            SeekableByteChannel channel = open(file(digest), digest.text());
            try {
                if (channel.size() != size) {
                    throw Sizes.wrongSize(location, digest, size, channel.size());
                }
                channel.position(offset);
                return new ExactStream(
                        Channels.newInputStream(channel), length, done -> cut(digest, done));
            } catch (IOException failure) {
                channel.close();
                throw failure;
            }
        } catch (TransportException known) {
            throw known;
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
    }

    private TransportException cut(Digest digest, long done) {
        return new TransportException.Damaged(
                location, digest, "it was cut while it was read, after " + done + " bytes");
    }

    @Override
    public boolean has(Digest digest) {
        return isFile(file(digest));
    }

    @Override
    public void put(Digest digest, Blob blob) throws TransportException {
        try (FolderWriter writer = FolderWriter.of(this)) {
            writer.put(file(digest), digest, blob);
        } catch (TransportException known) {
            throw known;
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
    }

    @Override
    public void put(String app, Manifest manifest, List<String> tags) throws TransportException {
        byte[] bytes = manifest.text().getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(bytes);
        try (FolderWriter writer = FolderWriter.of(this)) {
            writer.put(file(digest), digest, Blob.of(bytes));
            LayoutIndex index = index().with(app, manifest, bytes.length, tags);
            byte[] text = index.text().getBytes(StandardCharsets.UTF_8);
            if (text.length > LayoutIndex.LARGEST) {
                throw new TransportException.Refused(
                        location, "lists as many manifests as " + INDEX + " can hold");
            }
            writer.replace(folder.resolve(INDEX), text);
        } catch (TransportException known) {
            throw known;
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
    }

    /// Makes a layout of it, if it is none.
    void create() throws TransportException {
        try {
            FolderWriter.of(this).close();
        } catch (TransportException known) {
            throw known;
        } catch (IOException failure) {
            throw new TransportException.Unusable(location, failure);
        }
        index();
    }

    static void flush(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
