package carryall.folder;

import carryall.libc.Libc;

/// An open file of the host's. One thread's, which closes it.
record Descriptor(int number) implements AutoCloseable {
    /// By what the kernel finds this very file again, whatever happened to its path.
    String path() {
        return "/proc/self/fd/" + number;
    }

    @Override
    public void close() {
        try {
            Libc.call("close", number);
        } catch (Libc.Failed _) {
            // It is closed nevertheless.
        }
    }
}
