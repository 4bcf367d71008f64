package carryall.acceptance;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// Waits for what is to happen soon.
final class Waiting {
    private Waiting() {}

    /// Looks again and again until it is so.
    ///
    /// @param what for the failure
    static void until(String what, Duration patience, Callable<Boolean> isSo) throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        while (!isSo.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + patience + ": " + what);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
