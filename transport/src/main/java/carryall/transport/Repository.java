package carryall.transport;

import carryall.crypto.Digest;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// One app's content on a shelf: blobs by digest, and tags that point to manifests. Safe for many
/// threads.
public interface Repository {
    /// A manifest that OCI tells every registry to take (distribution-spec, "Pushing manifests").
    int LARGEST_MANIFEST = 4 << 20;

    /// Where it lies, as people write it.
    String location();

    /// The tags that are there, in the order of their names.
    List<String> tags() throws TransportException;

    /// The same with its tags as they are when one is first asked for, which spares a look at the
    /// shelf for each where it has them in one list.
    default Repository asOfNow() {
        return this;
    }

    /// What a tag points to at this moment: one request, so that what was verified is what is used.
    ///
    /// @param tag such as OCI allows: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`
    /// @return empty if there is no such tag
    Optional<Manifest> resolve(String tag) throws TransportException;

    /// A manifest by its digest, checked against it.
    ///
    /// @throws TransportException.Missing if it is not there
    /// @throws TransportException.Damaged if what is there is not `digest`
    Manifest manifest(Digest digest) throws TransportException;

    /// A whole blob, checked against its digest.
    ///
    /// @param size its exact size, from a manifest that is trusted; 0 to 64 MiB
    byte[] blob(Digest digest, long size) throws TransportException;

    /// A part of a blob, not checked: the caller knows what it should be. Reading it throws
    /// [TransportException] if it is cut, stalls, or is not `length` bytes long.
    ///
    /// @param size the blob's exact size
    /// @param offset the first byte
    /// @param length 1 and more; `offset + length` is `size` at most
    /// @return exactly `length` bytes; the caller closes it
    InputStream range(Digest digest, long size, long offset, long length) throws TransportException;

    /// Whether a blob of this digest is there.
    boolean has(Digest digest) throws TransportException;

    /// Puts a blob there, or leaves it if it is there. Cut at any moment, it is there whole or not
    /// at all.
    ///
    /// @throws TransportException.Refused if this shelf can only be read
    void put(Digest digest, Blob blob) throws TransportException;

    /// Puts a manifest there. All that it names is there already.
    ///
    /// @param tags that point to it from now on; without any it is reached by its digest alone
    void put(Manifest manifest, List<String> tags) throws TransportException;

    /// Removes what a tag points to, if there is such a tag, with all tags that point to it. What
    /// it named is the shelf's to clear up.
    ///
    /// @throws TransportException.Refused if this shelf removes nothing
    default void remove(String tag) throws TransportException {
        throw new TransportException.Refused(location(), "removes nothing, not " + tag + " either");
    }
}
