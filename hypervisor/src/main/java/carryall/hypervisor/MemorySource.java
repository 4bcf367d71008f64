package carryall.hypervisor;

import java.io.IOException;

/// Gives pages of a guest's main memory: those that differ from what the memory lies over.
public interface MemorySource {
    /// One that gives nothing: the memory is as the file under it.
    MemorySource NOTHING = sink -> {};

    /// Gives each page once.
    void sendTo(MemorySink sink) throws IOException;
}
