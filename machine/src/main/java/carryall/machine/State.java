package carryall.machine;

import carryall.appliance.Appliance;
import carryall.crypto.Digest;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.QemuProgram;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One saved point of a machine. It names the exact content of all it goes with, and is never
/// resumed with anything else. `docs/formats/state.md` has the text form.
///
/// @param number 1 or more, rising in one machine
/// @param label what the user called it; of a suspended machine, why it was, if nobody asked
/// @param parent the state before it
/// @param hardware what it was saved with
/// @param memory empty if the machine was stopped: its disks alone
/// @param disks by serial, each from the lowest layer
/// @param isCustomised whether its personal disk may hold customisations of the system
/// @param stored how much this state alone put on the host's disk when it was taken
public record State(
        int number,
        Kind kind,
        Optional<String> label,
        Optional<Integer> parent,
        Instant taken,
        Hardware hardware,
        Optional<Memory> memory,
        Map<String, List<FrozenLayer>> disks,
        boolean isCustomised,
        ByteSize stored) {
    public State {
        disks = Map.copyOf(disks);
        if (number < 1) {
            throw new IllegalArgumentException("state " + number);
        }
    }

    /// The same under another number.
    State numbered(int other) {
        return new State(
                other, kind, label, parent, taken, hardware, memory, disks, isCustomised, stored);
    }

    /// Why it was taken.
    public enum Kind {
        /// The machine was suspended; gone when the next such one is whole.
        SUSPENDED,
        /// The user asked for it; kept until the user removes the machine.
        SNAPSHOT,
        /// What a `restore` replaced; kept.
        REPLACED
    }

    /// What a state was saved with.
    ///
    /// @param appliance fixes profile, firmware, kernel and system disk
    /// @param machineType QEMU's versioned name
    /// @param cpuModel QEMU's versioned name
    public record Hardware(
            Digest appliance, String machineType, String cpuModel, ByteSize memory, int cpus) {}

    /// The memory and the devices, in files of the state's folder and of the machine's `memory`
    /// folder.
    ///
    /// @param qemu which QEMU saved them
    /// @param accelerator how the guest ran then
    /// @param base the appliance's memory that the pages lie over; empty: over zeros
    /// @param packs the first is pack 1 of the index
    public record Memory(
            QemuProgram.Version qemu,
            Accelerator accelerator,
            Optional<Appliance.Part> base,
            Digest index,
            List<Pack> packs,
            Digest devices) {
        public Memory {
            packs = List.copyOf(packs);
        }
    }

    /// A file of pages.
    ///
    /// @param fileName in the machine's `memory` folder
    public record Pack(String fileName, Digest digest) {
        public Pack {
            if (!fileName.matches("[a-z0-9][a-z0-9.-]{0,80}")) {
                throw new IllegalArgumentException("'" + fileName + "' names no pack");
            }
        }
    }

    /// A layer and what it holds.
    public record FrozenLayer(Layer layer, Digest digest) {}
}
