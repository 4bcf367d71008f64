package carryall.hypervisor;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/// Saves and loads a guest through an ordinary migration over a unix socket in the jail's
/// directory. `exec:` and files are never used: the sandbox forbids the one, and the other would
/// give QEMU more to write.
///
/// @param memoryBytes the size of the guest's main memory
record Migration(Qmp qmp, Path directory, long memoryBytes) {
    /// More than any host's memory has in a second: nothing is held back.
    private static final long UNLIMITED = 1L << 40;

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration LOOK = Duration.ofMillis(10);

    void save(MemorySink memory, Path devices, LongConsumer memorySent) throws IOException {
        Path socket = directory.resolve("save.sock");
        Files.deleteIfExists(socket);
        CompletableFuture<Void> taken = new CompletableFuture<>();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            JailUser.dedicatedOwns(socket);
            Thread.ofVirtual()
                    .name("memory from " + socket)
                    .start(() -> take(server, memory, devices, memorySent, taken));
            qmp.ask(
                    "migrate-set-parameters",
                    Map.of("max-bandwidth", UNLIMITED, "downtime-limit", 2_000_000));
            qmp.ask("migrate", Map.of("uri", "unix:" + socket));
            awaitEnd(taken);
            taken.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            DeviceSections.read(devices, memoryBytes);
        } catch (ExecutionException failure) {
            cancel();
            throw failure.getCause() instanceof IOException ours
                    ? ours
                    : new HypervisorException.MigrationFailed(failure.toString());
        } catch (TimeoutException late) {
            cancel();
            throw new HypervisorException.NoAnswer("a save", PATIENCE);
        } catch (InterruptedException stop) {
            cancel();
            Thread.currentThread().interrupt();
            throw new HypervisorException.NoAnswer("a save", stop);
        } catch (HypervisorException ours) {
            cancel();
            throw ours;
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    private void take(
            ServerSocketChannel server,
            MemorySink memory,
            Path devices,
            LongConsumer memorySent,
            CompletableFuture<Void> taken) {
        try (SocketChannel from = server.accept();
                FileChannel to =
                        FileChannel.open(
                                devices, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            MigrationStream.split(from, memoryBytes, new Counted(memory, memorySent), to);
            to.force(true);
            taken.complete(null);
        } catch (IOException | RuntimeException failure) {
            taken.completeExceptionally(failure);
        }
    }

    /// Waits until QEMU says that the migration is over, or the stream is refused before.
    private void awaitEnd(CompletableFuture<Void> taken)
            throws IOException, InterruptedException, ExecutionException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            Map<?, ?> answer =
                    qmp.ask("query-migrate", Map.of()) instanceof Map<?, ?> map ? map : Map.of();
            String status = String.valueOf(answer.get("status"));
            if (status.equals("completed")) {
                return;
            }
            if (taken.isCompletedExceptionally()) {
                taken.get();
            }
            if (status.equals("failed") || status.equals("cancelled")) {
                throw new HypervisorException.MigrationFailed(
                        status + " " + answer.get("error-desc"));
            }
            Thread.sleep(LOOK);
        }
        throw new HypervisorException.NoAnswer("a save", PATIENCE);
    }

    /// Frees QEMU from a save that failed, so that the guest can go on.
    private void cancel() {
        try {
            qmp.ask("migrate_cancel", Map.of());
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (System.nanoTime() < end
                    && qmp.ask("query-migrate", Map.of()) instanceof Map<?, ?> answer
                    && "cancelling".equals(answer.get("status"))) {
                Thread.sleep(LOOK);
            }
        } catch (HypervisorException gone) {
            // QEMU's end is told elsewhere.
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /// Gives QEMU, which waits for it, a state.
    ///
    /// @param isMapped whether QEMU has mapped the image itself
    /// @param ended waits no longer when this is completed
    void load(Start.Resume resume, boolean isMapped, CompletableFuture<?> ended)
            throws IOException {
        Path socket = directory.resolve("load.sock");
        qmp.ask("migrate-incoming", Map.of("uri", "unix:" + socket));
        try (SocketChannel to = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            MemorySource pages =
                    isMapped || resume.image().isEmpty()
                            ? resume.pages()
                            : resume.image().get().with(resume.pages());
            MigrationStream.join(resume.devices(), memoryBytes, pages, to);
        } catch (HypervisorException ours) {
            throw ours;
        } catch (IOException broken) {
            if (!ended.isDone()) {
                Map<?, ?> answer =
                        qmp.ask("query-migrate", Map.of()) instanceof Map<?, ?> map
                                ? map
                                : Map.of();
                throw new HypervisorException.MigrationFailed(
                        broken.getMessage() + " " + answer.get("error-desc"));
            }
            throw broken;
        }
        awaitLoaded(ended);
        Files.deleteIfExists(socket);
    }

    private void awaitLoaded(CompletableFuture<?> ended) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end && !ended.isDone()) {
            Map<?, ?> answer =
                    qmp.ask("query-status", Map.of()) instanceof Map<?, ?> map ? map : Map.of();
            if (!"inmigrate".equals(answer.get("status"))) {
                return;
            }
            Map<?, ?> migration =
                    qmp.ask("query-migrate", Map.of()) instanceof Map<?, ?> map ? map : Map.of();
            if ("failed".equals(migration.get("status"))) {
                throw new HypervisorException.MigrationFailed(
                        String.valueOf(migration.get("error-desc")));
            }
            try {
                Thread.sleep(LOOK.toMillis() / 5);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new HypervisorException.NoAnswer("a load", stop);
            }
        }
        throw new HypervisorException.MigrationFailed("QEMU ended while it loaded");
    }

    /// Tells how far a save is.
    private static final class Counted implements MemorySink {
        private static final long STEP = 4L << 20;

        private final MemorySink sink;
        private final LongConsumer told;
        private long bytes;

        Counted(MemorySink sink, LongConsumer told) {
            this.sink = sink;
            this.told = told;
        }

        @Override
        public void page(long offsetBytes, java.nio.ByteBuffer page) throws IOException {
            sink.page(offsetBytes, page);
            count();
        }

        @Override
        public void zero(long offsetBytes) throws IOException {
            sink.zero(offsetBytes);
            count();
        }

        private void count() {
            bytes += PAGE;
            if (bytes % STEP == 0) {
                told.accept(bytes);
            }
        }
    }
}
