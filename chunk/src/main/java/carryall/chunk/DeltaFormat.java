package carryall.chunk;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A [Delta] as bytes: `docs/formats/delta.md`.
public final class DeltaFormat {
    /// The longest: 16 MiB.
    public static final int LARGEST = 16 << 20;

    private static final byte[] MAGIC = "carrydlt".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int MOST = 1 << 24;

    private DeltaFormat() {}

    /// The bytes of a delta; equal deltas have equal bytes.
    public static byte[] write(Delta delta) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(MAGIC);
        out.write(VERSION);
        Varints.write(out, delta.base());
        Varints.write(out, delta.target());
        Varints.write(out, delta.packs().size());
        for (Pack pack : delta.packs()) {
            Varints.write(out, pack.digest());
            Varints.write(out, pack.size());
        }
        Varints.write(out, delta.frames().size());
        int pack = 0;
        long end = 0;
        int chunk = 0;
        for (Delta.Coded frame : delta.frames()) {
            Varints.write(out, frame.pack() - pack);
            end = frame.pack() == pack ? end : 0;
            pack = frame.pack();
            Varints.write(out, frame.offset() - end);
            end = frame.offset() + frame.stored();
            Varints.write(out, frame.stored());
            Varints.write(out, frame.chunks().size());
            for (int each : frame.chunks()) {
                Varints.write(out, Varints.zigzag(each - chunk));
                chunk = each + 1;
            }
            Varints.write(out, frame.windows().size());
            long block = 0;
            for (Delta.Window window : frame.windows()) {
                Varints.write(out, Varints.zigzag(window.first() - block));
                Varints.write(out, window.blocks());
                block = window.first() + window.blocks();
            }
        }
        return out.toByteArray();
    }

    /// Reads a delta.
    ///
    /// @param bytes at most [#LARGEST]
    /// @throws IllegalArgumentException if they are no delta
    public static Delta read(byte[] bytes) {
        if (bytes.length > LARGEST) {
            throw new IllegalArgumentException("a delta of " + bytes.length + " bytes");
        }
        try {
            return read(ByteBuffer.wrap(bytes));
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException("a number that is too large", overflow);
        }
    }

    private static Delta read(ByteBuffer in) {
        Varints.need(in, MAGIC.length + 1);
        byte[] magic = new byte[MAGIC.length];
        in.get(magic);
        if (!Arrays.equals(magic, MAGIC) || in.get() != VERSION) {
            throw new IllegalArgumentException("no delta of version " + VERSION);
        }
        var base = Varints.readDigest(in);
        var target = Varints.readDigest(in);
        List<Pack> packs = new ArrayList<>();
        for (int n = Varints.read(in, MOST); n > 0; n--) {
            packs.add(new Pack(Varints.readDigest(in), Varints.read(in)));
        }
        List<Delta.Coded> frames = new ArrayList<>();
        int pack = 0;
        long end = 0;
        int chunk = 0;
        for (int n = Varints.read(in, MOST); n > 0; n--) {
            int step = Varints.read(in, 1);
            pack += step;
            long offset = Math.addExact(step == 0 ? end : 0, Varints.read(in));
            int stored = Varints.read(in, 2 * Frame.LARGEST_BLOCKS * Block.SIZE);
            end = Math.addExact(offset, stored);
            List<Integer> chunks = new ArrayList<>();
            for (int i = Varints.read(in, Frame.LARGEST_BLOCKS); i > 0; i--) {
                chunk = Math.toIntExact(Math.addExact(chunk, Varints.unzigzag(Varints.read(in))));
                chunks.add(chunk);
                chunk = Math.addExact(chunk, 1);
            }
            List<Delta.Window> windows = new ArrayList<>();
            long block = 0;
            for (int i = Varints.read(in, Delta.MOST_WINDOW_BLOCKS); i > 0; i--) {
                long first = Math.addExact(block, Varints.unzigzag(Varints.read(in)));
                int blocks = Varints.read(in, Delta.MOST_WINDOW_BLOCKS);
                windows.add(new Delta.Window(first, blocks));
                block = first + blocks;
            }
            frames.add(new Delta.Coded(pack, offset, stored, chunks, windows));
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes behind its end");
        }
        return new Delta(base, target, packs, frames);
    }
}
