package carryall.machine;

import carryall.crypto.Digest;
import carryall.hypervisor.HypervisorException;
import java.io.IOException;
import java.nio.file.Path;

/// What can fail with a user's machines.
public abstract sealed class MachineException extends IOException {
    MachineException(String message) {
        super(message);
    }

    MachineException(String message, Throwable cause) {
        super(message, cause);
    }

    /// No machine of that name.
    public static final class MachineMissing extends MachineException {
        public MachineMissing(MachineName name) {
            super("there is no machine " + name);
        }
    }

    /// The name is taken by another machine.
    public static final class NameInUse extends MachineException {
        private final MachineName name;

        public NameInUse(MachineName name) {
            super("the name " + name + " is in use");
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// The verb needs a stopped machine, or another verb is at work on it.
    public static final class MachineBusy extends MachineException {
        private final MachineName name;

        public MachineBusy(MachineName name, String holder) {
            super(name + " is in use by " + holder);
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// The guest takes no folders of the host.
    public static final class FoldersForeign extends MachineException {
        public FoldersForeign(MachineName name) {
            super("the system in " + name + " is not known to take folders of this host");
        }
    }

    /// There is no such folder on the host.
    public static final class FolderAbsent extends MachineException {
        public FolderAbsent(Path directory) {
            super("there is no folder " + directory);
        }
    }

    /// That must not be granted.
    public static final class FolderUnfit extends MachineException {
        public FolderUnfit(Path directory, String found) {
            super(directory + " cannot be granted: " + found);
        }
    }

    /// The machine has another folder of that name.
    public static final class FolderInUse extends MachineException {
        private final MachineName name;
        private final String folder;

        public FolderInUse(MachineName name, String folder) {
            super(name + " has a folder " + folder + " already");
            this.name = name;
            this.folder = folder;
        }

        public MachineName name() {
            return name;
        }

        public String folder() {
            return folder;
        }
    }

    /// The machine has no folder of that name.
    public static final class FolderMissing extends MachineException {
        private final MachineName name;

        public FolderMissing(MachineName name, String folder) {
            super(name + " has no folder " + folder);
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// The machine has no customisations of its system. Nothing was changed.
    public static final class NotCustomised extends MachineException {
        private final MachineName name;

        public NotCustomised(MachineName name) {
            super(name + " has no customisations");
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// The release was built without what lays a user's changes over its system. Nothing was
    /// changed.
    public static final class NotCustomisable extends MachineException {
        private final MachineName name;

        public NotCustomisable(MachineName name, String release) {
            super(name + " is of release " + release + ", which cannot keep customisations");
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// The guest cannot be told at once to take back so much. Nothing was changed.
    public static final class TooManyPaths extends MachineException {
        private final MachineName name;

        public TooManyPaths(MachineName name, int paths) {
            super(name + " cannot be told to take back " + paths + " more paths at its next start");
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// A machine for one run is never saved.
    public static final class LeavesNothing extends MachineException {
        public LeavesNothing(MachineName name) {
            super(name + " leaves nothing behind, and is not saved");
        }
    }

    /// The verb needs a running machine.
    public static final class MachineNotRunning extends MachineException {
        private final MachineName name;

        public MachineNotRunning(MachineName name) {
            super(name + " is not running");
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// A file in the machine's folder is not what it should be; the disks were not touched.
    public static final class MachineDamaged extends MachineException {
        private final Path file;

        public MachineDamaged(Path file, String found) {
            super(file + " is damaged: " + found);
            this.file = file;
        }

        public Path file() {
            return file;
        }
    }

    /// The verb needs a suspended machine.
    public static final class NotSuspended extends MachineException {
        private final MachineName name;

        public NotSuspended(MachineName name) {
            super(name + " is stopped, not suspended");
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// The machine lies in a state, and what was asked would end what is open in it. Nothing was
    /// changed.
    public static final class WorkUnsaved extends MachineException {
        private final MachineName name;

        public WorkUnsaved(MachineName name, int state) {
            super(name + " is suspended, and what is open in its state " + state + " would end");
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// A disk of a machine that does not run, or a file on it, is not such that it can be done.
    /// Nothing was changed.
    public static final class DiskRefused extends MachineException {
        private final MachineName name;
        private final Why why;

        public DiskRefused(MachineName name, Why why, String found) {
            super(found);
            this.name = name;
            this.why = why;
        }

        public MachineName name() {
            return name;
        }

        public Why why() {
            return why;
        }

        /// Why not.
        public enum Why {
            /// The machine is suspended, and its guest has the disk mounted.
            MOUNTED,
            /// The machine has no such disk, or one with no ext4 file system.
            NO_FILE_SYSTEM,
            /// What was named is not there.
            MISSING,
            /// What was to be made is there already.
            TAKEN,
            /// The file system is not sound.
            DAMAGED,
            /// There is no room on the machine's disk.
            FULL,
            /// A disk does not shrink.
            SMALLER,
            /// Not all of the machine's release is here.
            ARRIVING,
            /// It cannot be written so.
            UNFIT
        }
    }

    /// The machine had no other release before. Nothing was changed.
    public static final class NeverSwitched extends MachineException {
        private final MachineName name;

        public NeverSwitched(MachineName name) {
            super(name + " has no release before this one");
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// A release that a machine needs is not on this host. Nothing was changed.
    public static final class ReleaseMissing extends MachineException {
        private final Digest appliance;

        public ReleaseMissing(MachineName name, Digest appliance) {
            super(name + " needs the release " + appliance + ", which is not on this host");
            this.appliance = appliance;
        }

        public Digest appliance() {
            return appliance;
        }
    }

    /// The machine cannot be an instance of that release. Nothing was changed.
    public static final class ReleaseUnfit extends MachineException {
        private final MachineName name;

        public ReleaseUnfit(MachineName name, String release, String found) {
            super(name + " cannot go over to " + release + ": " + found);
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// The machine has no state of that number.
    public static final class StateMissing extends MachineException {
        private final MachineName name;

        public StateMissing(MachineName name, int number) {
            super(name + " has no state " + number);
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// A state is not what was saved, and is not resumed; the disks were not touched.
    public static final class StateRefused extends MachineException {
        private final MachineName name;

        public StateRefused(MachineName name, int number, String found) {
            super("state " + number + " of " + name + " is refused: " + found);
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// It did not come up; what the keeper said is in the message.
    public static final class StartFailed extends MachineException {
        private final MachineName name;

        public StartFailed(MachineName name, String said) {
            super(name + " did not start: " + said);
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// The host has too little space for what was asked.
    public static final class DiskFull extends MachineException {
        public DiskFull(Path directory, IOException cause) {
            super("no space is left for " + directory, cause);
        }
    }

    /// The state directory could not be read or written.
    public static final class StateUnusable extends MachineException {
        public StateUnusable(Path path, IOException cause) {
            super(path + " cannot be used: " + cause.getMessage(), cause);
        }
    }

    /// The keeper did not answer, or answered what is no answer.
    public static final class KeeperSilent extends MachineException {
        private final MachineName name;

        public KeeperSilent(MachineName name, String asked) {
            super("the keeper of " + name + " did not answer to " + asked);
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// The keeper could not do what it was asked.
    public static final class Refused extends MachineException {
        private final MachineName name;

        public Refused(MachineName name, String asked, String reason) {
            super(name + " could not do " + asked + ": " + reason);
            this.name = name;
        }

        public MachineName name() {
            return name;
        }
    }

    /// The appliance needs UEFI, and its firmware is not installed.
    public static final class FirmwareMissing extends MachineException {
        public FirmwareMissing(MachineName name, HypervisorException.FirmwareMissing cause) {
            super(name + " needs UEFI: " + cause.getMessage(), cause);
        }
    }

    /// The program that starts keepers is not known, or a tool for disks failed.
    public static final class ToolFailed extends MachineException {
        public ToolFailed(String tool, String found) {
            super(tool + " failed: " + found);
        }
    }
}
