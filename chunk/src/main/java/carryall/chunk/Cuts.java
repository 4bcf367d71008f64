package carryall.chunk;

import carryall.crypto.Digest;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The chunks that were cut so far, each once, and where a block was first met. One thread.
final class Cuts {
    private final List<Source> sources;
    private final List<Draft.Cut> chunks = new ArrayList<>();
    private final Map<Digest, Integer> numbers = new HashMap<>();
    private final BlockTable table = new BlockTable();
    private final MessageDigest sha256 = Digests.sha256();

    Cuts(List<Source> sources) {
        this.sources = sources;
    }

    /// All of them.
    List<Draft.Cut> all() {
        return chunks;
    }

    /// The number of a chunk.
    ///
    /// @param block its first in the source
    /// @param buffer holds it from block `at` on
    int chunk(int source, long block, byte[] buffer, int at, int length) {
        Digest digest = Digests.of(sha256, buffer, at * Block.SIZE, length * Block.SIZE);
        Integer known = numbers.get(digest);
        if (known != null) {
            return known;
        }
        int[] blocks = new int[length];
        for (int i = 0; i < length; i++) {
            blocks[i] = Math.toIntExact(block + i);
            table.put(buffer, (at + i) * Block.SIZE, chunks.size(), i);
        }
        numbers.put(digest, chunks.size());
        chunks.add(new Draft.Cut(digest, source, blocks));
        return chunks.size() - 1;
    }

    /// The place of a block of the same bytes in a chunk that is whole, or [BlockTable#NONE].
    long find(byte[] buffer, int offset) throws IOException {
        return table.find(buffer, offset, this::same);
    }

    /// Whether a block of a chunk is really the same: the table only knows checksums.
    private boolean same(int chunk, int block, byte[] buffer, int offset) throws IOException {
        Draft.Cut cut = chunks.get(chunk);
        byte[] other = new byte[Block.SIZE];
        sources.get(cut.source()).read(cut.blocks()[block], 1, other, 0);
        return Arrays.equals(other, 0, Block.SIZE, buffer, offset, offset + Block.SIZE);
    }

    /// Pages of a source that become a chunk when there are enough of them.
    final class Gathered {
        private final int source;
        private final int[] pages;
        private final byte[] bytes;
        private int chunk;
        private int count;

        /// @param most pages of a chunk
        Gathered(int source, int most) {
            this.source = source;
            this.pages = new int[most];
            this.bytes = new byte[most * Block.SIZE];
        }

        /// The place of a page of the same bytes in the chunk that is not whole yet, or
        /// [BlockTable#NONE].
        long find(byte[] buffer, int offset) {
            for (int i = 0; i < count; i++) {
                int at = i * Block.SIZE;
                if (Arrays.equals(
                        bytes, at, at + Block.SIZE, buffer, offset, offset + Block.SIZE)) {
                    return BlockTable.place(chunk, i);
                }
            }
            return BlockTable.NONE;
        }

        long add(byte[] buffer, int offset, int page) {
            if (count == pages.length) {
                end();
            }
            if (count == 0) {
                // Its place is taken; its digest is known when it is full.
                chunk = chunks.size();
                chunks.add(new Draft.Cut(Digest.of(new byte[0]), source, new int[0]));
            }
            System.arraycopy(buffer, offset, bytes, count * Block.SIZE, Block.SIZE);
            pages[count] = page;
            // Not in the table yet: a page that comes again soon costs less than a chunk that is
            // read before it is whole.
            count++;
            return BlockTable.place(chunk, count - 1);
        }

        void end() {
            if (count == 0) {
                return;
            }
            Draft.Cut cut =
                    new Draft.Cut(
                            Digests.of(sha256, bytes, 0, count * Block.SIZE),
                            source,
                            Arrays.copyOf(pages, count));
            chunks.set(chunk, cut);
            numbers.put(cut.digest(), chunk);
            for (int i = 0; i < count; i++) {
                table.put(bytes, i * Block.SIZE, chunk, i);
            }
            count = 0;
        }
    }
}
