package carryall.home;

import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Puts the files of a save under a folder, each whole, flushed, and with the digest that the save
/// says. Zeros become holes.
///
/// @param content reads the packs
/// @param releases where released parts lie
record Restoring(Save save, PackReader content, ReleasedParts releases) {
    private static final int STEP = 1 << 20;

    /// @param folder is there; the files that the save names are not
    /// @throws HomeException if the home lacks a piece, or it is damaged
    void into(Path folder) throws IOException {
        for (SavedFile file : save.files()) {
            Path place = folder.resolve(file.path());
            Files.createDirectories(place.resolveSibling(""));
            write(file, place);
            if (!Digest.of(place).equals(file.digest())) {
                throw new HomeException.FileDamaged(
                        place, "it was put together of the home and a release, and is another");
            }
        }
    }

    private void write(SavedFile file, Path place) throws IOException {
        SavedContent bytes = new SavedContent(save, file, content, releases);
        try (FileChannel to =
                FileChannel.open(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long at = 0;
            for (int i = 0; i < bytes.pieces(); i++) {
                long length = bytes.bytes(i);
                if (!(file.pieces().get(i) instanceof Piece.Zeros)) {
                    copy(bytes, at, length, to);
                }
                at += length;
            }
            if (to.size() < file.sizeBytes()) {
                // A hole up to the last byte, which is zero.
                to.write(ByteBuffer.allocate(1), file.sizeBytes() - 1);
            }
            to.force(true);
        }
    }

    private static void copy(SavedContent bytes, long from, long length, FileChannel to)
            throws IOException {
        long done = 0;
        while (done < length) {
            int more = (int) Math.min(STEP, length - done);
            byte[] step = new byte[more];
            bytes.read(from + done, step, 0, more);
            ByteBuffer left = ByteBuffer.wrap(step);
            while (left.hasRemaining()) {
                to.write(left, from + done + left.position());
            }
            done += more;
        }
    }
}
