package carryall.machine;

import carryall.hypervisor.GuestAgent;
import carryall.hypervisor.Qemu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A guest that runs with customisations of its system: it is asked which they are, and what it
/// says is kept. Safe for many threads, which take turns.
final class CustomisedGuest {
    private static final String SCRIPT = "/usr/lib/carryall/changes";
    private static final String PERSONAL = "/run/personal";
    private static final String SYSTEM = "/run/system";
    private static final Duration PATIENCE = Duration.ofSeconds(25);
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final Customised.Layer layer;
    private final ChangesFile file;
    private final Qemu qemu;
    private final Saving saving;
    private final KeeperLog log;

    CustomisedGuest(
            Customised.Layer layer, MachineFolder files, Qemu qemu, Saving saving, KeeperLog log) {
        this.layer = layer;
        this.file = files.changes();
        this.qemu = qemu;
        this.saving = saving;
        this.log = log;
    }

    /// Asks once the guest is up, and writes down what the machine has from now on: what was to be
    /// taken back is, and a machine without customisations opens warm again.
    void settle() {
        while (!qemu.ended().isDone()) {
            if (qemu.agent().answers(LOOK)) {
                try {
                    settle(ask());
                } catch (IOException failure) {
                    log.say("the guest did not say what was customised: " + failure.getMessage());
                }
                return;
            }
        }
    }

    private void settle(Changes changes) throws IOException {
        changes.problem().ifPresent(why -> log.say("without customisations: " + why));
        log.say(
                "customised: packages %d, files %d, of them changed by the publisher too %d"
                        .formatted(
                                changes.packages().size(),
                                changes.files().size() + changes.more(),
                                changes.conflicts().size()));
        Optional<Customised> before = saving.head().customised();
        Optional<Customised> after = after(before, changes);
        if (!after.equals(before)) {
            saving.customised(after);
        }
    }

    private Optional<Customised> after(Optional<Customised> before, Changes changes) {
        Optional<Customised.TakeBack> left =
                before.flatMap(Customised::takeBack)
                        .filter(back -> !changes.takenBack().equals(Optional.of(back.id())));
        boolean isLeft =
                layer == Customised.Layer.WRITABLE
                        || changes.problem().isPresent()
                        || left.isPresent()
                        || !changes.isEmpty();
        return isLeft ? Optional.of(new Customised(left)) : Optional.empty();
    }

    /// Asks the guest now.
    synchronized Changes ask() throws IOException {
        StringBuilder said = new StringBuilder();
        while (said.indexOf("\nend\n") < 0) {
            int first = said.toString().getBytes(StandardCharsets.UTF_8).length;
            GuestAgent.Outcome outcome =
                    qemu.agent()
                            .run(
                                    List.of(SCRIPT, PERSONAL, SYSTEM, Integer.toString(first)),
                                    PATIENCE);
            if (outcome.exitCode() != 0 || outcome.output().isEmpty()) {
                throw new IOException("the guest could not say it: " + outcome.output().strip());
            }
            said.append(outcome.output());
            if (said.length() > ChangesFile.LONGEST) {
                throw new IOException("the guest says more than " + ChangesFile.LONGEST + " bytes");
            }
        }
        return file.write(said.toString());
    }

    /// Asks a last time before the guest shuts down, if there can be something new.
    void askLast() {
        if (layer == Customised.Layer.WRITABLE) {
            try {
                ask();
            } catch (IOException unknown) {
                log.say("the guest did not say what was customised: " + unknown.getMessage());
            }
        }
    }
}
