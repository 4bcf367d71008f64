/// Cuts images into chunks that releases share, packs them, and puts images together again.
///
/// An image is cut by its content at 4 KiB boundaries. An [Index][carryall.chunk.Index] says which
/// chunks make which image; packs hold the chunks, compressed, in frames that are fetched by range.
/// A delta holds frames coded against what somebody has already.
///
/// It knows nothing of where packs lie or of what images are for.
@org.jspecify.annotations.NullMarked
module carryall.chunk {
    requires static transitive org.jspecify;
    requires transitive carryall.crypto;
    requires com.github.luben.zstd_jni;

    exports carryall.chunk;
}
