/// Where releases lie: content by digest, and tags that point to manifests, in the forms of OCI.
///
/// A [Shelf][carryall.transport.Shelf] is a folder (an OCI image layout), the same folder on a web
/// server, or an OCI registry. All bytes that come from it are foreign: capped, and checked against
/// the digest that they were asked for by.
///
/// It knows nothing of appliances or of what the content means.
@org.jspecify.annotations.NullMarked
module carryall.transport {
    requires static transitive org.jspecify;
    requires transitive carryall.crypto;
    requires carryall.json;
    requires java.net.http;

    exports carryall.transport;
}
