package carryall.home;

import carryall.chunk.Block;
import carryall.crypto.Digest;
import java.util.List;

/// A file of a saved state.
///
/// @param path below the machine's folder: names of `a-z 0-9 . -` with `/` between them
/// @param sizeBytes exactly
/// @param digest of all its bytes
/// @param pieces in their order; they cover it
record SavedFile(String path, long sizeBytes, Digest digest, List<Piece> pieces) {
    static final int LONGEST_PATH = 200;

    SavedFile {
        pieces = List.copyOf(pieces);
        if (path.length() > LONGEST_PATH
                || !path.matches("[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*")) {
            throw new IllegalArgumentException("'" + path + "' names no file of a state");
        }
        long blocks = pieces.stream().mapToLong(Piece::blocks).reduce(0, Math::addExact);
        if (sizeBytes < 0 || blocks != Block.count(sizeBytes)) {
            throw new IllegalArgumentException(path + " is not what its pieces cover");
        }
    }
}
