package carryall.home;

import carryall.chunk.Block;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// The bytes of a saved file, read anywhere. Every stored byte is checked on the way; a released
/// one is what lies in the release's file. One thread.
final class SavedContent {
    private final Save save;
    private final SavedFile file;
    private final PackReader packs;
    private final ReleasedParts releases;

    /// The first block of each piece.
    private final long[] firsts;

    SavedContent(Save save, SavedFile file, PackReader packs, ReleasedParts releases) {
        this.save = save;
        this.file = file;
        this.packs = packs;
        this.releases = releases;
        this.firsts = new long[file.pieces().size()];
        long first = 0;
        for (int i = 0; i < firsts.length; i++) {
            firsts[i] = first;
            first += file.pieces().get(i).blocks();
        }
    }

    int pieces() {
        return firsts.length;
    }

    /// Reads bytes anywhere.
    ///
    /// @param offset of the first; `offset + length` is the file's size at most
    void read(long offset, byte[] to, int at, int length) throws IOException {
        int done = 0;
        while (done < length) {
            long next = offset + done;
            int number = Arrays.binarySearch(firsts, next / Block.SIZE);
            int piece = number >= 0 ? number : -number - 2;
            long within = next - firsts[piece] * Block.SIZE;
            int more = (int) Math.min(length - done, bytes(piece) - within);
            read(piece, within, to, at + done, more);
            done += more;
        }
    }

    /// How many bytes a piece has.
    long bytes(int number) {
        long from = firsts[number] * Block.SIZE;
        long whole = file.pieces().get(number).blocks() * Block.SIZE;
        return Math.min(whole, file.sizeBytes() - from);
    }

    private void read(int number, long within, byte[] to, int at, int length) throws IOException {
        switch (file.pieces().get(number)) {
            case Piece.Zeros _ -> Arrays.fill(to, at, at + length, (byte) 0);
            case Piece.Stored stored -> {
                byte[] bytes =
                        packs.piece(save.packs().get(stored.pack()), stored, (int) bytes(number));
                System.arraycopy(bytes, (int) within, to, at, length);
            }
            case Piece.Released released ->
                    readReleased(released, released.first() * Block.SIZE + within, to, at, length);
        }
    }

    private void readReleased(Piece.Released piece, long offset, byte[] to, int at, int length)
            throws IOException {
        var part = releases.file(save.releases().get(piece.release()), piece.part());
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.wrap(to, at, length);
            long from = offset;
            while (bytes.hasRemaining()) {
                int read = channel.read(bytes, from);
                if (read < 0) {
                    throw new EOFException(part + " ends before byte " + from);
                }
                from += read;
            }
        }
    }
}
