package carryall.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// casync or desync, as they are unless told otherwise: chunks of 64 KiB on average, each
/// compressed by zstd. Both write the same formats.
///
/// @param command its path
/// @param work empty at first; for the store, which begins with the first image in it
record ChunkedWay(Kind kind, Path command, Images images, Path work) implements UpdateWay {
    private static final int INDEX_HEADER = 48 + 16;
    private static final int ID_BYTES = 32;

    enum Kind {
        CASYNC,
        DESYNC
    }

    @Override
    public String name() {
        return switch (kind) {
            case CASYNC -> "casync";
            case DESYNC -> "desync";
        };
    }

    @Override
    public boolean isHere() {
        return Files.isExecutable(command);
    }

    @Override
    public Optional<Step> first() throws IOException, InterruptedException {
        Files.createDirectories(store());
        // Where desync looks for the file that a seed's index is of.
        Files.createSymbolicLink(work.resolve(Images.FIRST), images.file(Images.FIRST));
        return Optional.of(step(Images.FIRST, Set.of(), List.of()));
    }

    @Override
    public Step update(String to) throws IOException, InterruptedException {
        List<String> seed =
                switch (kind) {
                    case CASYNC -> List.of("--seed=" + images.file(Images.FIRST));
                    case DESYNC -> List.of("--seed", index(Images.FIRST).toString());
                };
        return step(to, ids(Images.FIRST), seed);
    }

    private Step step(String name, Set<String> known, List<String> seed)
            throws IOException, InterruptedException {
        String image = images.file(name).toString();
        String index = index(name).toString();
        String store = store().toString();
        Path came = work.resolve("came.raw");
        Effort publisher =
                switch (kind) {
                    case CASYNC -> run(List.of("make", "--store=" + store, index, image));
                    case DESYNC -> run(List.of("make", "-s", store, index, image));
                };
        List<String> line = new ArrayList<>(List.of("extract"));
        switch (kind) {
            case CASYNC -> line.add("--store=" + store);
            case DESYNC -> line.addAll(List.of("-s", store));
        }
        line.addAll(seed);
        line.addAll(List.of(index, came.toString()));
        Effort client = run(line);
        UpdateWay.compare(images.file(name), came);
        long bytes = Files.size(index(name));
        for (String id : ids(name)) {
            if (!known.contains(id)) {
                bytes += Files.size(store().resolve(id.substring(0, 4), id + ".cacnk"));
            }
        }
        return new Step(publisher, client, bytes);
    }

    private Effort run(List<String> words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(command.toString()));
        line.addAll(words);
        return Effort.of(work, line);
    }

    private Path store() {
        return work.resolve("store");
    }

    private Path index(String name) {
        return work.resolve(name + ".caibx");
    }

    /// The chunks that an index names: behind two headers an end and an id for each, little-endian,
    /// until an end of 0.
    private Set<String> ids(String name) throws IOException {
        ByteBuffer in =
                ByteBuffer.wrap(Files.readAllBytes(index(name))).order(ByteOrder.LITTLE_ENDIAN);
        in.position(INDEX_HEADER);
        Set<String> ids = new HashSet<>();
        while (in.getLong() != 0) {
            byte[] id = new byte[ID_BYTES];
            in.get(id);
            ids.add(HexFormat.of().formatHex(id));
        }
        return ids;
    }

    /// Unpacks desync, which this Debian has not, from sid to a folder; nothing is installed.
    ///
    /// @return the command; not there if it could not be had
    static Path desync(Path root) throws IOException, InterruptedException {
        Path place = root.resolve(".carryall/desync");
        if (!Files.isDirectory(place)) {
            Path beside = Files.createTempDirectory(place.getParent(), "desync");
            try {
                Effort.of(
                        beside,
                        List.of(root.resolve("scripts/unpack-from-sid").toString(), "desync"));
                Files.move(beside.resolve("root"), place);
            } catch (IOException unreachable) {
                System.err.println("no desync: " + unreachable.getMessage());
            } finally {
                Carryall.removeAll(beside);
            }
        }
        return place.resolve("usr/bin/desync");
    }
}
