package carryall.hypervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;

/// A guest's whole memory in a file that many machines may start from; never written.
///
/// @param file as large as the memory, with holes for zeros; mapped where QEMU can
/// @param pages all of it that is not zero, for a QEMU that cannot map it
/// @param isServed whether the file can be opened for writing all the same, as QEMU before 8.2 does
///   to map it
public record MemoryImage(Path file, MemorySource pages, boolean isServed) {
    /// All pages of a memory that is this image but for some pages; memory that is not given is
    /// zero.
    ///
    /// @param differing what replaces pages of the image
    MemorySource with(MemorySource differing) {
        return sink -> {
            BitSet replaced = new BitSet();
            differing.sendTo(
                    new MemorySink() {
                        @Override
                        public void page(long offsetBytes, ByteBuffer page) throws IOException {
                            replaced.set((int) (offsetBytes / PAGE));
                            sink.page(offsetBytes, page);
                        }

                        @Override
                        public void zero(long offsetBytes) {
                            replaced.set((int) (offsetBytes / PAGE));
                        }
                    });
            pages.sendTo(
                    new MemorySink() {
                        @Override
                        public void page(long offsetBytes, ByteBuffer page) throws IOException {
                            if (!replaced.get((int) (offsetBytes / PAGE))) {
                                sink.page(offsetBytes, page);
                            }
                        }

                        @Override
                        public void zero(long offsetBytes) {
                            // It is zero before anything is loaded.
                        }
                    });
        };
    }
}
