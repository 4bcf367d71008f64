/// What a content is called and who vouches for it: digests.
///
/// It reads no network and knows no format but its own.
@org.jspecify.annotations.NullMarked
module carryall.crypto {
    requires static transitive org.jspecify;

    exports carryall.crypto;
}
