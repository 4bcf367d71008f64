package carryall.home;

import carryall.appliance.Appliance;
import carryall.chunk.Block;
import carryall.chunk.Varints;
import carryall.crypto.Digest;
import carryall.machine.MachineName;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// The bytes of a [Save], before they are sealed: `docs/formats/home.md`.
final class SaveFormat {
    private static final byte[] MAGIC = "carrysav".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int LARGEST = 64 << 20;
    private static final int MOST_FILES = 10_000;
    private static final int MOST_PACKS = 1 << 20;
    private static final int LONGEST_NAME = 64;
    private static final int LEVEL = 3;

    private SaveFormat() {}

    static byte[] write(Save save) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(MAGIC);
        Varints.write(out, VERSION);
        write(out, save.machine());
        write(out, save.name().text());
        Varints.write(out, save.state());
        Instant taken = save.taken();
        Varints.write(out, taken.getEpochSecond());
        Varints.write(out, taken.getNano());
        Varints.write(out, save.ancestry().saves().size());
        new TreeMap<>(save.ancestry().saves())
                .forEach((host, count) -> {
                    write(out, host.id());
                    Varints.write(out, count);
                });
        Varints.write(out, save.releases().size());
        save.releases().forEach(release -> Varints.write(out, release));
        Varints.write(out, save.packs().size());
        for (Save.Pack pack : save.packs()) {
            Varints.write(out, pack.name().digest());
            out.writeBytes(pack.salt().bytes());
            Varints.write(out, pack.sizeBytes());
        }
        Varints.write(out, save.files().size());
        for (SavedFile file : save.files()) {
            write(out, file.path());
            Varints.write(out, file.sizeBytes());
            Varints.write(out, file.digest());
            file.pieces().forEach(piece -> write(out, piece));
        }
        return Zstd.compress(out.toByteArray(), LEVEL);
    }

    private static void write(ByteArrayOutputStream out, UUID id) {
        out.writeBytes(new StoreId(id).bytes());
    }

    private static void write(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        Varints.write(out, bytes.length);
        out.writeBytes(bytes);
    }

    /// The two lowest bits of the first number say what kind of piece it is.
    private static void write(ByteArrayOutputStream out, Piece piece) {
        switch (piece) {
            case Piece.Zeros zeros -> Varints.write(out, zeros.blocks() << 2);
            case Piece.Stored stored -> {
                Varints.write(out, stored.blocks() << 2 | 1);
                Varints.write(out, stored.pack());
                Varints.write(out, stored.offset());
                Varints.write(out, stored.stored());
                Varints.write(out, stored.digest());
            }
            case Piece.Released released -> {
                Varints.write(out, released.blocks() << 2 | 2);
                Varints.write(out, released.release());
                write(out, word(released.part()));
                Varints.write(out, released.first());
            }
        }
    }

    private static String word(Appliance.Part part) {
        return part.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws IllegalArgumentException if it is anything else
    static Save read(byte[] compressed) {
        ByteBuffer in = ByteBuffer.wrap(decompressed(compressed));
        byte[] magic = bytes(in, MAGIC.length);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new IllegalArgumentException("it is no save");
        }
        long version = Varints.read(in);
        if (version != VERSION) {
            throw new IllegalArgumentException("it is a save of format " + version);
        }
        UUID machine = id(in);
        MachineName name = new MachineName(text(in, LONGEST_NAME));
        int state = Varints.read(in, Integer.MAX_VALUE);
        Instant taken = taken(in);
        Map<HostId, Long> ancestry = new TreeMap<>();
        for (int left = count(in, 17); left > 0; left--) {
            if (ancestry.put(new HostId(id(in)), Varints.read(in)) != null) {
                throw new IllegalArgumentException("a host stands twice");
            }
        }
        List<Digest> releases = new ArrayList<>();
        for (int left = count(in, 32); left > 0; left--) {
            releases.add(Varints.readDigest(in));
        }
        List<Save.Pack> packs = new ArrayList<>();
        for (int left = count(in, 65); left > 0; left--) {
            packs.add(
                    new Save.Pack(
                            new ObjectName(ObjectKind.PACK, Varints.readDigest(in)),
                            Salt.of(bytes(in, 32)),
                            Varints.read(in, SizeClass.LARGEST)));
        }
        if (packs.size() > MOST_PACKS) {
            throw new IllegalArgumentException(packs.size() + " packs");
        }
        int files = Varints.read(in, MOST_FILES);
        List<SavedFile> all = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            all.add(file(in));
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException("bytes follow its end");
        }
        return new Save(machine, name, state, taken, new Ancestry(ancestry), releases, packs, all);
    }

    private static byte[] decompressed(byte[] compressed) {
        long size = Zstd.getFrameContentSize(compressed);
        if (size < 1 || size > LARGEST) {
            throw new IllegalArgumentException("it would hold " + size + " bytes");
        }
        try {
            byte[] plain = new byte[(int) size];
            long length = Zstd.decompress(plain, compressed);
            if (Zstd.isError(length) || length != size) {
                throw new IllegalArgumentException("it is no frame of " + size + " bytes");
            }
            return plain;
        } catch (ZstdException wrong) {
            throw new IllegalArgumentException("it is no frame: " + wrong.getMessage(), wrong);
        }
    }

    private static SavedFile file(ByteBuffer in) {
        String path = text(in, SavedFile.LONGEST_PATH);
        long size = Varints.read(in);
        Digest digest = Varints.readDigest(in);
        List<Piece> pieces = new ArrayList<>();
        long left = Block.count(size);
        while (left > 0) {
            Piece piece = piece(in);
            left -= piece.blocks();
            pieces.add(piece);
        }
        return new SavedFile(path, size, digest, pieces);
    }

    private static Piece piece(ByteBuffer in) {
        long first = Varints.read(in);
        long blocks = first >>> 2;
        return switch ((int) (first & 3)) {
            case 0 -> new Piece.Zeros(blocks);
            case 1 ->
                    new Piece.Stored(
                            blocks,
                            Varints.read(in, MOST_PACKS),
                            Varints.read(in, SizeClass.LARGEST),
                            Varints.read(in, SizeClass.LARGEST),
                            Varints.readDigest(in));
            case 2 ->
                    new Piece.Released(
                            blocks,
                            Varints.read(in, MOST_PACKS),
                            part(text(in, LONGEST_NAME)),
                            Varints.read(in));
            default -> throw new IllegalArgumentException("a piece of no kind");
        };
    }

    private static Appliance.Part part(String word) {
        return Appliance.Part.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static Instant taken(ByteBuffer in) {
        try {
            return Instant.ofEpochSecond(Varints.read(in), Varints.read(in, 999_999_999));
        } catch (DateTimeException wrong) {
            throw new IllegalArgumentException("no time", wrong);
        }
    }

    /// How many of something follow, each of so many bytes at least.
    private static int count(ByteBuffer in, int least) {
        return Varints.read(in, in.remaining() / least);
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        if (in.remaining() < length) {
            throw new IllegalArgumentException("it ends too early");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static UUID id(ByteBuffer in) {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(in, 16));
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    private static String text(ByteBuffer in, int longest) {
        return new String(bytes(in, Varints.read(in, longest)), StandardCharsets.US_ASCII);
    }
}
