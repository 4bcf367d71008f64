package carryall.machine;

import java.time.Instant;
import java.util.Optional;

/// What a machine does at this moment.
public sealed interface MachineStatus {
    /// No keeper holds it.
    ///
    /// @param lastRun how the last run ended, if there was one
    record Stopped(Optional<LastRun> lastRun) implements MachineStatus {}

    /// No keeper holds it; it goes on from a state when it is opened.
    ///
    /// @param state its number
    /// @param reason why it was saved, if nobody asked for it
    record Suspended(int state, Instant since, Optional<String> reason) implements MachineStatus {}

    /// A keeper holds it, but QEMU is not up yet, or the keeper does not answer.
    record Starting() implements MachineStatus {}

    /// The guest runs.
    ///
    /// @param accelerator with the reason, for people
    /// @param opening how it was opened, for people
    /// @param arriving present as long as its appliance is not here whole
    record Running(
            long keeperPid,
            long qemuPid,
            Instant since,
            String accelerator,
            String opening,
            Optional<Arriving> arriving)
            implements MachineStatus {}

    /// An appliance on its way to this host.
    ///
    /// @param percent of it that is here, 0 to 100
    /// @param stalled why nothing comes any more; empty while all is well
    record Arriving(int percent, Optional<String> stalled) {}

    /// The guest is held because the host could not do a disk request; nothing is lost.
    record Paused(long keeperPid, long qemuPid, Instant since, String reason)
            implements MachineStatus {}

    /// How a run ended.
    ///
    /// @param ended empty if nobody was left to write it down (the keeper was killed)
    record LastRun(Instant started, Optional<Instant> ended, Outcome outcome, String reason) {}

    enum Outcome {
        /// The guest shut down, by itself or asked.
        SHUT_DOWN,
        /// Its state was saved.
        SUSPENDED,
        /// The user insisted.
        FORCED,
        /// QEMU ended on its own.
        QEMU_DIED,
        /// The keeper was killed; QEMU went with it.
        KEEPER_DIED,
        /// It never came up.
        NEVER_STARTED
    }
}
