package carryall.transport;

import carryall.crypto.Digest;
import java.io.InputStream;
import java.util.List;

/// The files of an OCI image layout, wherever they lie. All that comes is unchecked, but capped.
interface LayoutContent {
    String location();

    LayoutIndex index() throws TransportException;

    /// A whole blob.
    ///
    /// @param largest refused without reading if it is larger
    byte[] blob(Digest digest, long largest) throws TransportException;

    InputStream range(Digest digest, long size, long offset, long length) throws TransportException;

    boolean has(Digest digest) throws TransportException;

    void put(Digest digest, Blob blob) throws TransportException;

    void put(String app, Manifest manifest, List<String> tags) throws TransportException;
}
