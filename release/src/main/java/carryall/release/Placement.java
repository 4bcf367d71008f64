package carryall.release;

import carryall.chunk.Assembly;
import carryall.chunk.Block;
import carryall.chunk.ChunkException;
import carryall.chunk.Frames;
import carryall.chunk.Index;
import carryall.chunk.Plan;
import carryall.chunk.Space;
import carryall.transport.Repository;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/// Puts chunks into the images of an index, each only if it is what the index says. Safe for many
/// threads.
final class Placement {
    private final Repository repository;
    private final Index index;
    private final List<Space> spaces;
    private final List<List<List<Index.Place>>> places;
    private final Assembly assembly;
    private final IntConsumer missed;

    /// @param missed told of each chunk that what is on this host did not give
    Placement(
            Repository repository,
            Index index,
            List<Space> spaces,
            Assembly assembly,
            IntConsumer missed) {
        this.repository = repository;
        this.index = index;
        this.spaces = spaces;
        this.places = spaces.stream().map(space -> space.index().places()).toList();
        this.assembly = assembly;
        this.missed = missed;
    }

    /// Takes a chunk from what is on this host.
    void copy(Plan.Copy copy) throws IOException {
        if (assembly.has(copy.wanted())) {
            return;
        }
        byte[] bytes =
                spaces.get(copy.space())
                        .chunk(copy.held(), places.get(copy.space()).get(copy.held()));
        placeOrMiss(copy.wanted(), bytes, 0);
    }

    /// Takes all that is wanted of a frame; what is right of one that is not, too.
    ///
    /// @param stored as it came
    /// @throws ReleaseException.PackDamaged if the shelf gave something else
    void place(Plan.Fetch fetch, byte[] stored) throws IOException {
        switch (fetch) {
            case Plan.Fetch.Plain plain -> {
                try {
                    placeRight(plain.chunks(), Frames.plain(plain.frame(), stored));
                } catch (ChunkException wrong) {
                    throw new ReleaseException.PackDamaged(
                            repository.location(), fetch.pack().digest(), wrong);
                }
            }
            case Plan.Fetch.Coded coded -> {
                try {
                    byte[] bytes =
                            Frames.plain(coded.frame(), index, stored, spaces.get(coded.space()));
                    int at = 0;
                    for (int number : coded.frame().chunks()) {
                        placeOrMiss(number, bytes, at);
                        at += index.chunks().get(number).bytes();
                    }
                } catch (ChunkException wrong) {
                    coded.frame().chunks().forEach(missed::accept);
                }
            }
        }
    }

    private void placeRight(List<Integer> chunks, byte[] bytes) throws IOException {
        Optional<ChunkException.ChunkDamaged> wrong = Optional.empty();
        for (int number : chunks) {
            try {
                int block = index.chunks().get(number).frameBlock();
                assembly.place(number, bytes, block * Block.SIZE);
            } catch (ChunkException.ChunkDamaged other) {
                wrong = Optional.of(other);
            }
        }
        if (wrong.isPresent()) {
            throw wrong.get();
        }
    }

    private void placeOrMiss(int number, byte[] bytes, int at) throws IOException {
        try {
            assembly.place(number, bytes, at);
        } catch (ChunkException.ChunkDamaged other) {
            missed.accept(number);
        }
    }
}
