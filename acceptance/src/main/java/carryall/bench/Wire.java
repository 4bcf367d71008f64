package carryall.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/// A slow link between two network namespaces, as a process of its own: many kernels can limit a
/// rate, but have no `netem` for the delay.
public final class Wire {
    static final String DEVICE = "wire";
    private static final long QUEUE_BESIDE_THE_LINK = 256 << 10;

    private Wire() {}

    /// Makes a device at both ends, says `ready`, and carries frames until its input ends.
    ///
    /// @param words the namespace of the other end; bits a second; microseconds of the round trip.
    ///   This end is the namespace that the process was started in
    public static void main(String[] words) throws IOException {
        long bitsPerSecond = Long.parseLong(words[1]);
        long roundTripMicros = Long.parseLong(words[2]);
        Tap near = Tap.make(DEVICE);
        Tap far = makeIn(Path.of(words[0]));
        long oneWayNanos = roundTripMicros * 1000 / 2;
        long queueBytes = bitsPerSecond / 8 * roundTripMicros / 1_000_000 + QUEUE_BESIDE_THE_LINK;
        new Lane("to the client", far, near, bitsPerSecond, oneWayNanos, queueBytes).start();
        new Lane("to the server", near, far, bitsPerSecond, oneWayNanos, queueBytes).start();
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Nothing is said to it.
        }
        // The threads wait in the kernel.
        Runtime.getRuntime().halt(0);
    }

    private static Tap makeIn(Path namespace) {
        CompletableFuture<Tap> made = new CompletableFuture<>();
        Thread.ofPlatform()
                .name("into " + namespace)
                .start(() -> {
                    try {
                        Tap.enter(namespace);
                        made.complete(Tap.make(DEVICE));
                    } catch (IOException failure) {
                        made.completeExceptionally(new UncheckedIOException(failure));
                    }
                });
        return made.join();
    }
}
