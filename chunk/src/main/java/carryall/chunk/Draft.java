package carryall.chunk;

import carryall.crypto.Digest;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    /// Numbers of the chunks that are touched, in the order of the first touch.
    ///
    /// @param opening what lies in no image counts as nothing
    List<Integer> touched(List<Touch> opening) {
        Map<String, Image> byName = new HashMap<>();
        images.forEach(image -> byName.put(image.name(), image));
        Set<Integer> touched = new LinkedHashSet<>();
        for (Touch touch : opening) {
            Image image = byName.get(touch.image());
            if (image == null) {
                continue;
            }
            long end = Math.min(touch.end(), Block.count(image.sizeBytes()));
            long block = touch.first();
            while (block < end) {
                Piece piece = image.at(block);
                if (!piece.isZeros()) {
                    touched.add(piece.chunk());
                }
                block = piece.end();
            }
        }
        return List.copyOf(touched);
    }
}
