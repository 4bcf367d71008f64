package carryall.home;

import carryall.chunk.Block;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// Cuts a file into pieces by its content, at 4 KiB boundaries: behind each block whose CRC-32C is
/// a multiple of a number, but not before so many blocks and at the latest after so many; and where
/// zeros begin and end. So what moves as a whole is cut alike again, be it clusters of a disk's
/// layer or pages of a memory. One thread.
final class PieceCutter {
    private static final int LEAST = 4;
    private static final int MEAN = 14;
    private static final int ZERO_RUN = 4;
    private static final int HELD = 4 * Piece.MOST_BLOCKS;

    private final InputStream file;
    private final byte[] buffer = new byte[HELD * Block.SIZE];
    private int from;
    private int to;
    private boolean ended;

    PieceCutter(InputStream file) {
        this.file = file;
    }

    /// Takes the pieces of a file.
    interface Taker {
        void zeros(long blocks) throws IOException;

        /// Takes what is no hole.
        ///
        /// @param bytes only valid during the call; 1 to 64 blocks, the file's last may be shorter
        void piece(byte[] bytes, int offset, int length) throws IOException;
    }

    /// Cuts the whole file.
    ///
    /// @return how many bytes it had
    long cut(Taker taker) throws IOException {
        long size = 0;
        long zeros = 0;
        fill();
        while (from < to) {
            int length = zerosFrom(from);
            if (length >= ZERO_RUN * Block.SIZE || (length > 0 && from + length == to && ended)) {
                zeros += Block.count(length);
            } else {
                if (zeros > 0) {
                    taker.zeros(zeros);
                    zeros = 0;
                }
                length = length();
                taker.piece(buffer, from, length);
            }
            from += length;
            size += length;
            fill();
        }
        if (zeros > 0) {
            taker.zeros(zeros);
        }
        return size;
    }

    /// Has at least what a piece can take, unless the file ends before.
    private void fill() throws IOException {
        if (ended || to - from >= Piece.MOST_BLOCKS * Block.SIZE) {
            return;
        }
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
        int read = file.readNBytes(buffer, to, buffer.length - to);
        to += read;
        ended = to < buffer.length;
    }

    private int end(int at) {
        return Math.min(at + Block.SIZE, to);
    }

    private boolean isZero(int at) {
        return Arrays.equals(buffer, at, end(at), ZEROS, 0, end(at) - at);
    }

    private static final byte[] ZEROS = new byte[Block.SIZE];

    private int zerosFrom(int start) {
        int at = start;
        while (at < to && isZero(at)) {
            at = end(at);
        }
        return at - start;
    }

    private int length() {
        int most = Math.min(to, from + Piece.MOST_BLOCKS * Block.SIZE);
        CRC32C crc = new CRC32C();
        int at = from;
        while (at < most) {
            crc.reset();
            crc.update(buffer, at, end(at) - at);
            at = end(at);
            boolean cutHere = at - from >= LEAST * Block.SIZE && crc.getValue() % MEAN == 0;
            if (cutHere || (at < most && zerosBegin(at))) {
                return at - from;
            }
        }
        return most - from;
    }

    private boolean zerosBegin(int at) {
        for (int i = 0; i < ZERO_RUN; i++) {
            int block = at + i * Block.SIZE;
            if (block >= to || !isZero(block)) {
                return false;
            }
        }
        return true;
    }
}
