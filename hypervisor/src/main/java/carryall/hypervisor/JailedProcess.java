package carryall.hypervisor;

import java.io.InputStream;
import java.util.concurrent.CompletableFuture;

/// A program that runs in a [Jail].
interface JailedProcess extends AutoCloseable {
    /// The process id of the program itself, as the host sees it.
    long pid();

    /// What it prints as errors; the caller drains it.
    InputStream errors();

    /// Completed with the exit code (128 + n for signal n) when the program and all in its jail
    /// ended.
    CompletableFuture<Integer> exit();

    /// Kills all in the jail and returns when nothing of it is left, or after five seconds if the
    /// kernel cannot end it.
    @Override
    void close();
}
