package carryall.chunk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The blocks of all images of an index, one image after the other, read from files. What a delta
/// was coded against is named by its place here. Safe for many threads.
public final class Space implements Closeable {
    private final Index index;
    private final List<Source> sources;
    private final long[] starts;

    private Space(Index index, List<Source> sources) {
        this.index = index;
        this.sources = sources;
        this.starts = new long[sources.size() + 1];
        for (int i = 0; i < sources.size(); i++) {
            starts[i + 1] = starts[i] + sources.get(i).blocks();
        }
    }

    /// Opens the files of an index's images.
    ///
    /// @param files in the order of the images, each as long as its image
    /// @throws IOException also if a file has another size
    public static Space open(Index index, List<Path> files) throws IOException {
        List<Source> sources = new ArrayList<>();
        try {
            for (int i = 0; i < files.size(); i++) {
                Image image = index.images().get(i);
                sources.add(Source.open(image.name(), Part.Kind.DISK, files.get(i)));
                if (sources.get(i).size() != image.sizeBytes()) {
                    throw new IOException(files.get(i) + " is not " + image.sizeBytes() + " long");
                }
            }
        } catch (IOException failed) {
            for (Source source : sources) {
                source.close();
            }
            throw failed;
        }
        return new Space(index, sources);
    }

    /// The index whose images these are.
    public Index index() {
        return index;
    }

    /// How many blocks there are.
    public long blocks() {
        return starts[sources.size()];
    }

    /// The number here of an image's first block.
    long start(int image) {
        return starts[image];
    }

    /// Reads blocks that follow each other here.
    ///
    /// @param first 0 and more; `first + count` is [#blocks] at most
    void read(long first, int count, byte[] into, int offset) throws IOException {
        int image = 0;
        long at = first;
        int done = 0;
        while (done < count) {
            while (at >= starts[image + 1]) {
                image++;
            }
            int part = (int) Math.min(count - done, starts[image + 1] - at);
            sources.get(image).read(at - starts[image], part, into, offset + done * Block.SIZE);
            at += part;
            done += part;
        }
    }

    /// Reads a chunk of the index from wherever it lies, unchecked.
    ///
    /// @param number of the chunk in the index
    /// @param places of the chunk, by [Index#places]
    public byte[] chunk(int number, List<Index.Place> places) throws IOException {
        byte[] bytes = new byte[index.chunks().get(number).bytes()];
        for (Index.Place place : places) {
            Piece piece = place.piece();
            sources.get(place.image())
                    .read(
                            piece.first(),
                            (int) piece.blocks(),
                            bytes,
                            piece.chunkBlock() * Block.SIZE);
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        for (Source source : sources) {
            source.close();
        }
    }
}
