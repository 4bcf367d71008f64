package carryall.machine;

import carryall.hypervisor.Qemu;
import carryall.hypervisor.QemuEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// Listens to QEMU, and remembers for what the guest is held: a request that the host could not do
/// and that is repeated until it succeeds.
final class DiskPauses implements Consumer<QemuEvent> {
    private static final Duration RETRY = Duration.ofSeconds(3);

    private final KeeperLog log;
    private final AtomicReference<Optional<String>> reason =
            new AtomicReference<>(Optional.empty());

    private volatile boolean restart;

    DiskPauses(KeeperLog log) {
        this.log = log;
    }

    /// Whether the guest ended QEMU in order to start again.
    boolean isRestart() {
        return restart;
    }

    /// Why the guest is held; empty if it runs.
    Optional<String> reason() {
        return reason.get();
    }

    @Override
    public void accept(QemuEvent event) {
        switch (event) {
            case QemuEvent.ShutDown(String why) -> {
                restart = why.equals("guest-reset");
                log.say("the guest shuts down: " + why);
            }
            case QemuEvent.Reset() -> log.say("the guest restarts");
            case QemuEvent.WentOn() -> reason.set(Optional.empty());
            case QemuEvent.DiskPaused(String disk, boolean full, String why) -> {
                String words =
                        "disk " + disk + (full ? ": no space is left on the host" : ": " + why);
                reason.set(Optional.of(words));
                log.say("paused: " + words);
            }
        }
    }

    /// Repeats the request now and then, until QEMU ends.
    ///
    /// @param lock held while it does, so that a guest that is being saved stays held
    void retry(Qemu qemu, Object lock) {
        while (!qemu.ended().isDone()) {
            try {
                Thread.sleep(RETRY);
                synchronized (lock) {
                    if (reason.get().isPresent()) {
                        qemu.goOn();
                    }
                }
            } catch (IOException notYet) {
                log.say("still paused: " + notYet.getMessage());
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
