package carryall.home;

import carryall.appliance.Appliance;
import carryall.chunk.Block;
import carryall.crypto.Digest;
import carryall.transport.TransportException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Turns files into pieces: such as the home has, such as a release has, and new ones, which go
/// into packs. One thread, one save.
final class Packing implements AutoCloseable {
    private final KnownPieces known;
    private final PackWriter writer;
    private final List<Luggage.Release> releases;
    private final List<Save.Pack> packs = new ArrayList<>();
    private final Map<ObjectName, Integer> numbers = new HashMap<>();

    /// New pieces by digest: their pack's number, and where they lie in it.
    private final Map<Digest, Piece.Stored> added = new HashMap<>();

    /// The number of the pack that is being filled, if one is; until then its place in `packs`
    /// holds nothing that is ever read.
    private Optional<Integer> filling = Optional.empty();

    private long sealedBytes;

    Packing(HomeStore store, Sealer sealer, KnownPieces known, List<Luggage.Release> releases) {
        this.known = known;
        this.writer = new PackWriter(store, sealer);
        this.releases = releases;
    }

    /// All packs that the pieces so far lie in; ends the pack that is being filled.
    List<Save.Pack> packs() throws TransportException {
        finish();
        return List.copyOf(packs);
    }

    /// How many sealed bytes were put.
    long sealedBytes() {
        return sealedBytes;
    }

    List<SavedFile> add(Map<String, Path> files) throws IOException {
        List<SavedFile> saved = new ArrayList<>();
        for (var each : new TreeMap<>(files).entrySet()) {
            saved.add(add(each.getKey(), each.getValue()));
        }
        return saved;
    }

    private SavedFile add(String path, Path file) throws IOException {
        Optional<SavedFile> released = released(path, file);
        if (released.isPresent()) {
            return released.get();
        }
        List<Piece> pieces = new ArrayList<>();
        MessageDigest sha256 = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            long size =
                    new PieceCutter(in)
                            .cut(
                                    new PieceCutter.Taker() {
                                        @Override
                                        public void zeros(long blocks) {
                                            pieces.add(new Piece.Zeros(blocks));
                                        }

                                        @Override
                                        public void piece(byte[] bytes, int offset, int length)
                                                throws IOException {
                                            pieces.add(stored(bytes, offset, length));
                                        }
                                    });
            return new SavedFile(path, size, digest(sha256), pieces);
        }
    }

    /// A file that is a release's whole part, such as a layer that was copied from it.
    private Optional<SavedFile> released(String path, Path file) throws IOException {
        long size = Files.size(file);
        for (int i = 0; i < releases.size(); i++) {
            for (var part : releases.get(i).parts().entrySet()) {
                Appliance.Content content = part.getValue();
                if (size > 0
                        && content.size().bytes() == size
                        && content.digest().equals(Digest.of(file))) {
                    return Optional.of(
                            new SavedFile(
                                    path,
                                    size,
                                    content.digest(),
                                    List.of(
                                            new Piece.Released(
                                                    Block.count(size), i, part.getKey(), 0))));
                }
            }
        }
        return Optional.empty();
    }

    private Piece stored(byte[] bytes, int offset, int length) throws IOException {
        MessageDigest sha256 = sha256();
        sha256.update(bytes, offset, length);
        Digest digest = digest(sha256);
        Piece.Stored before = added.get(digest);
        if (before != null) {
            return before;
        }
        long blocks = Block.count(length);
        Optional<KnownPieces.Place> there = known.find(digest);
        Piece.Stored piece;
        if (there.isPresent()) {
            KnownPieces.Place place = there.get();
            int pack = number(place.pack());
            piece = new Piece.Stored(blocks, pack, place.offset(), place.stored(), digest);
        } else {
            if (writer.isFull()) {
                finish();
            }
            int pack = filling();
            PackWriter.Place place = writer.add(bytes, offset, length);
            piece = new Piece.Stored(blocks, pack, place.offset(), place.stored(), digest);
        }
        added.put(digest, piece);
        return piece;
    }

    private int number(Save.Pack pack) {
        Integer number = numbers.get(pack.name());
        if (number == null) {
            number = packs.size();
            packs.add(pack);
            numbers.put(pack.name(), number);
        }
        return number;
    }

    private int filling() {
        if (filling.isEmpty()) {
            filling = Optional.of(packs.size());
            packs.add(NOT_YET);
        }
        return filling.get();
    }

    private static final Save.Pack NOT_YET =
            new Save.Pack(
                    new ObjectName(ObjectKind.PACK, Digest.of(new byte[0])),
                    new Salt("0".repeat(64)),
                    1);

    private void finish() throws TransportException {
        if (filling.isPresent()) {
            Save.Pack pack = writer.finish();
            packs.set(filling.get(), pack);
            sealedBytes += Sealer.sealedSize(pack.sizeBytes());
            filling = Optional.empty();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    private static Digest digest(MessageDigest sha256) {
        return new Digest("sha256:" + HexFormat.of().formatHex(sha256.digest()));
    }

    @Override
    public void close() {
        writer.close();
    }
}
