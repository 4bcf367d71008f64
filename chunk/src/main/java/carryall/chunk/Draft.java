package carryall.chunk;

import carryall.crypto.Digest;
import java.util.List;

/// What was cut and is not packed yet.
///
/// @param chunks in the order in which they were met
/// @param images with pieces that count the chunks of this draft
record Draft(List<Cut> chunks, List<Image> images) {
    /// A chunk, and where its bytes can be read.
    ///
    /// @param source number of the source
    /// @param blocks numbers of its blocks there
    @SuppressWarnings("ArrayRecordComponent") // Fourteen thousand of them; never compared.
    record Cut(Digest digest, int source, int[] blocks) {}
}
