/// What a content is called, and who vouches for it: digests, keys, signatures.
///
/// It reads no network and knows no format but keys and envelopes.
@org.jspecify.annotations.NullMarked
module carryall.crypto {
    requires static transitive org.jspecify;
    requires carryall.json;

    exports carryall.crypto;
}
