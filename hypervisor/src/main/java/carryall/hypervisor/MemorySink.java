package carryall.hypervisor;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Takes pages of a guest's main memory, in any order. A page that comes again replaces what came
/// before; one that never comes is as it was in what the memory lies over.
public interface MemorySink {
    /// The size of a page in bytes.
    int PAGE = 4096;

    /// Takes a page.
    ///
    /// @param offsetBytes where it lies in the guest's memory: a multiple of [#PAGE]
    /// @param page exactly [#PAGE] bytes remaining; the caller's, and valid only during this call
    void page(long offsetBytes, ByteBuffer page) throws IOException;

    /// Takes a page of zeros.
    ///
    /// @param offsetBytes where it lies in the guest's memory: a multiple of [#PAGE]
    void zero(long offsetBytes) throws IOException;
}
