package carryall.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Reads a file of the keeper's mount from its begin to its end, so that QEMU, which does the same
/// a page fault at a time, finds it in the kernel's page cache. Closing it ends that.
final class ReadAhead implements AutoCloseable {
    private static final int AT_ONCE = 1 << 20;

    private final Thread thread;

    /// Reads what a save is about to go through.
    ReadAhead(Path file) {
        thread = Thread.ofPlatform().name("reading ahead").daemon().start(() -> read(file));
    }

    private static void read(Path file) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(AT_ONCE);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer.clear()) > 0) {
                // It is the kernel that keeps it.
                Thread.onSpinWait();
            }
        } catch (IOException interruptedOrGone) {
            // QEMU reads it itself.
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
