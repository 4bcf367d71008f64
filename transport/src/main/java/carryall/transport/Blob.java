package carryall.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Bytes to be put somewhere; may be read more than once.
public interface Blob {
    /// Its exact size in bytes.
    long size();

    /// Its bytes from the first on; the caller closes it.
    InputStream open() throws IOException;

    /// Bytes in memory.
    ///
    /// @param bytes not changed afterwards
    static Blob of(byte[] bytes) {
        return new Blob() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }

    /// A file that does not change.
    static Blob of(Path file) throws IOException {
        long size = Files.size(file);
        return new Blob() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(file);
            }
        };
    }
}
