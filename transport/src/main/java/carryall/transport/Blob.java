package carryall.transport;

import java.io.IOException;
import java.io.InputStream;

/// Bytes to be put somewhere; may be read more than once.
public interface Blob {
    /// Its exact size in bytes.
    long size();

    /// Its bytes from the first on; the caller closes it.
    InputStream open() throws IOException;
}
