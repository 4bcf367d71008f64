package carryall.cli;

import carryall.appliance.ApplianceException;
import carryall.chunk.ChunkException;
import carryall.crypto.CryptoException;
import carryall.home.HomeException;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.HypervisorException;
import carryall.machine.MachineException;
import carryall.recipe.RecipeException;
import carryall.release.ReleaseException;
import carryall.release.TrustException;
import carryall.transport.TransportException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/// What to do next after a failure, and the exit code that tells it to programs.
///
/// @param found what went wrong, with its subject
/// @param nextStep one thing to type or to check
record Advice(int exitCode, String found, String nextStep) {
    static Advice on(IOException failure) {
        Step step = step(failure);
        return new Advice(step.exitCode(), found(failure), step.words());
    }

    record Step(int exitCode, String words) {}

    /// The JDK's own failures often have no words but a path.
    private static String found(IOException failure) {
        return switch (failure) {
            case NoSuchFileException f -> f.getFile() + " is not there";
            case AccessDeniedException f -> f.getFile() + " may not be used by this user";
            case FileSystemException f ->
                    f.getFile() + ": " + Objects.requireNonNullElse(f.getReason(), f.toString());
            default -> Objects.requireNonNullElse(failure.getMessage(), failure.toString());
        };
    }

    private static Step step(IOException failure) {
        return switch (failure) {
            case MachineException ours -> on(ours);
            case HomeException ours -> HomeAdvice.on(ours);
            case ApplianceException ours -> on(ours);
            case RecipeException ours -> on(ours);
            case ReleaseException ours -> on(ours);
            case TrustException ours -> on(ours);
            case TransportException ours -> on(ours);
            case CryptoException ours -> on(ours);
            case ChunkException _ -> new Step(Exit.DAMAGED, "run `carryall doctor`");
            case HypervisorException ours -> on(ours);
            default -> new Step(Exit.HOST, "run `carryall doctor`");
        };
    }

    private static Step on(ReleaseException failure) {
        return switch (failure) {
            case ReleaseException.NotRelease _ ->
                    new Step(Exit.DAMAGED, "ask its publisher, or use a newer Carryall");
            case ReleaseException.PackDamaged _ ->
                    new Step(
                            Exit.DAMAGED,
                            "tell whoever keeps that shelf; repeat the command to go on from what"
                                    + " has arrived");
            case ReleaseException.NoSpace f ->
                    new Step(
                            Exit.HOST,
                            "free "
                                    + new ByteSize(f.missingBytes())
                                    + " more, perhaps with `carryall prune`, and repeat the command");
            case ReleaseException.SubscriptionDamaged _ ->
                    new Step(Exit.DAMAGED, "move that file away, and subscribe again");
            case ReleaseException.VersionMissing f ->
                    new Step(
                            Exit.MISSING,
                            "see `carryall releases " + f.location() + "` for what there is");
            case ReleaseException.NotSubscribed _ ->
                    new Step(Exit.MISSING, "follow it with `carryall subscribe SHELF/APP`");
            case ReleaseException.SourceUnknown _, ReleaseException.NotWhole _ ->
                    new Step(Exit.MISSING, "fetch it whole with `carryall pull SHELF/APP`");
            case ReleaseException.OtherShelf f ->
                    new Step(
                            Exit.BUSY,
                            "stop following the other first: `carryall unsubscribe "
                                    + f.name()
                                    + "`");
            case ReleaseException.KeysThere _ ->
                    new Step(
                            Exit.BUSY,
                            "replace a key with `--replace-channel-key ROOT` or `--replace-root"
                                    + " ROOT`");
            case ReleaseException.KeysMissing _ ->
                    new Step(
                            Exit.MISSING,
                            "make keys with `carryall keygen PUBLISHER`, or name whose with"
                                    + " `--publisher`");
            case ReleaseException.PublishersMany f ->
                    new Step(
                            Exit.USAGE,
                            "say whose sign it, such as with `--publisher " + f.first() + "`");
            case ReleaseException.OtherKey _ ->
                    new Step(Exit.USAGE, "name the file of that key, as its statement says");
        };
    }

    /// What a shelf shows must not be followed: nothing that the user types can make it right.
    private static Step on(TrustException failure) {
        return switch (failure) {
            case TrustException.NotPublished f ->
                    new Step(
                            Exit.MISSING,
                            "see `carryall search "
                                    + f.location().replaceFirst("/[^/]*$", "")
                                    + "` for what there is");
            case TrustException.Malformed _, TrustException.NotSigned _ ->
                    new Step(Exit.DAMAGED, "do not use that shelf; ask its publisher");
            case TrustException.OtherRoot _ ->
                    new Step(
                            Exit.DAMAGED,
                            "do not use that shelf; ask its publisher, on another way, which key is"
                                    + " theirs");
            case TrustException.Older _,
                    TrustException.Forked _,
                    TrustException.TooFarForward _,
                    TrustException.MixedUp _ ->
                    new Step(
                            Exit.DAMAGED,
                            "go on with what is installed; tell the publisher what that shelf"
                                    + " shows");
            case TrustException.Expired _ ->
                    new Step(
                            Exit.DAMAGED,
                            "check this host's clock; go on with what is installed until the"
                                    + " publisher renews");
        };
    }

    private static Step on(TransportException failure) {
        return switch (failure) {
            case TransportException.Unreachable f ->
                    new Step(
                            Exit.NETWORK,
                            f.retryAfter()
                                    .map(wait ->
                                            "repeat the command in "
                                                    + Times.text(wait)
                                                    + "; it goes on where it stopped")
                                    .orElse(
                                            "check that it can be reached, and repeat the command;"
                                                    + " it goes on where it stopped"));
            case TransportException.Unauthorized f -> new Step(Exit.HOST, logIn(f.location()));
            case TransportException.HelperFailed f ->
                    new Step(
                            Exit.HOST,
                            "try `echo "
                                    + f.location()
                                    + " | "
                                    + f.program()
                                    + " get`, or take it out of "
                                    + dockerConfig());
            case TransportException.Distrusted _ ->
                    new Step(
                            Exit.USAGE,
                            "name its authority's certificate, if you trust it: `--ca FILE.pem`");
            case TransportException.WithoutTls _ ->
                    new Step(
                            Exit.USAGE,
                            "use its `https://` address; or allow it for this shelf, if nobody can"
                                    + " listen on the way there: `--plain-http`");
            case TransportException.Missing _ ->
                    new Step(Exit.MISSING, "see `carryall search SHELF` for what there is");
            case TransportException.Damaged _ ->
                    new Step(Exit.DAMAGED, "tell whoever keeps that shelf");
            case TransportException.Refused _ ->
                    new Step(
                            Exit.USAGE,
                            "check how the shelf is written: `carryall subscribe --help`");
            case TransportException.Unusable f ->
                    new Step(
                            Exit.HOST, "check that " + f.location() + " is there and yours to use");
        };
    }

    /// Web servers get no password; what a registry gets is kept where docker keeps it.
    private static String logIn(String location) {
        if (location.contains("://")) {
            return "ask whoever keeps it: what lies on a web server is read without a login";
        }
        String host = location.split("/", 2)[0];
        return "log in: `docker login "
                + host
                + "`, or `skopeo login --authfile "
                + dockerConfig()
                + " "
                + host
                + "`";
    }

    private static String dockerConfig() {
        String folder = System.getenv("DOCKER_CONFIG");
        return (folder == null || folder.isEmpty() ? "~/.docker" : folder) + "/config.json";
    }

    private static Step on(CryptoException failure) {
        return switch (failure) {
            case CryptoException.KeyOpen f ->
                    new Step(Exit.USAGE, "if it is still secret, run `chmod 600 " + f.file() + "`");
            case CryptoException.KeyMissing _ ->
                    new Step(
                            Exit.MISSING,
                            "name the file where that key is; for one that is lost, make another"
                                    + " with `carryall keygen PUBLISHER --replace-channel-key"
                                    + " ROOT`");
            case CryptoException.KeyDamaged _ ->
                    new Step(Exit.DAMAGED, "name the file that `carryall keygen` made");
        };
    }

    private static Step on(MachineException failure) {
        return switch (failure) {
            case MachineException.MachineMissing _ ->
                    new Step(Exit.MISSING, "see `carryall ls` for the machines there are");
            case MachineException.NameInUse f ->
                    new Step(
                            Exit.BUSY,
                            "choose another name with `--name`, or remove that machine with"
                                    + " `carryall rm "
                                    + f.name()
                                    + "`");
            case MachineException.MachineBusy f ->
                    new Step(Exit.BUSY, "stop it first: `carryall stop " + f.name() + "`");
            case MachineException.MachineNotRunning f ->
                    new Step(Exit.BUSY, "start it: `carryall run " + f.name() + "`");
            case MachineException.MachineDamaged f ->
                    new Step(
                            Exit.DAMAGED,
                            "put "
                                    + f.file().getFileName()
                                    + " back from a backup; the disks beside it were not touched");
            case MachineException.FoldersForeign _ ->
                    new Step(
                            Exit.USAGE,
                            "use an appliance with a Debian system; an older one takes folders once"
                                    + " it is built or published anew");
            case MachineException.FolderAbsent _ ->
                    new Step(Exit.MISSING, "check how it is written, or make it");
            case MachineException.FolderUnfit _ ->
                    new Step(Exit.USAGE, "name a folder that holds only what it may use");
            case MachineException.FolderInUse f ->
                    new Step(
                            Exit.BUSY,
                            "choose another name with `--as`, or take that away with `carryall"
                                    + " folder rm "
                                    + f.name()
                                    + " "
                                    + f.folder()
                                    + "`");
            case MachineException.FolderMissing f ->
                    new Step(Exit.MISSING, "see `carryall folder ls " + f.name() + "`");
            case MachineException.LeavesNothing _ ->
                    new Step(
                            Exit.BUSY,
                            "save your work in a machine that you run without --throwaway");
            case MachineException.NotCustomised f ->
                    new Step(Exit.MISSING, "begin with `carryall customise " + f.name() + "`");
            case MachineException.NotCustomisable f ->
                    new Step(
                            Exit.BUSY,
                            "bring it to a release that can: `carryall update "
                                    + f.name()
                                    + "`, or build its recipe again");
            case MachineException.TooManyPaths f ->
                    new Step(
                            Exit.BUSY,
                            "name a folder instead, or start it between: `carryall run "
                                    + f.name()
                                    + "`");
            case MachineException.NotSuspended f ->
                    new Step(Exit.BUSY, "open it: `carryall run " + f.name() + "`");
            case MachineException.WorkUnsaved f ->
                    new Step(
                            Exit.BUSY,
                            "open it and save your work: `carryall run "
                                    + f.name()
                                    + "`; or repeat with `--close`");
            case MachineException.DiskRefused f -> on(f);
            case MachineException.NeverSwitched f ->
                    new Step(
                            Exit.MISSING,
                            "see `carryall history "
                                    + f.name()
                                    + "` for the states it can go back to");
            case MachineException.ReleaseMissing _ ->
                    new Step(
                            Exit.MISSING,
                            "fetch it with `carryall pull`, or build it from its recipe again");
            case MachineException.ReleaseUnfit f ->
                    new Step(
                            Exit.DAMAGED,
                            "stay with the release that "
                                    + f.name()
                                    + " has, and tell the publisher");
            case MachineException.StateMissing f ->
                    new Step(Exit.MISSING, "see `carryall history " + f.name() + "`");
            case MachineException.StateRefused f ->
                    new Step(
                            Exit.DAMAGED,
                            "see `carryall history "
                                    + f.name()
                                    + "` for others; `carryall run "
                                    + f.name()
                                    + "` boots from the disks");
            case MachineException.StartFailed f ->
                    new Step(Exit.GUEST, "see `carryall logs " + f.name() + "`");
            case MachineException.DiskFull _ ->
                    new Step(Exit.HOST, "free some space, then repeat the command");
            case MachineException.StateUnusable _ ->
                    new Step(Exit.HOST, "check that it is there, yours, and not full");
            case MachineException.KeeperSilent f ->
                    new Step(Exit.GUEST, "see `carryall logs " + f.name() + "`, then try again");
            case MachineException.Refused f ->
                    new Step(Exit.GUEST, "see `carryall logs " + f.name() + "`");
            case MachineException.FirmwareMissing _ ->
                    new Step(Exit.HOST, "install it: `apt install " + Packages.of("OVMF") + "`");
            case MachineException.ToolFailed _ -> new Step(Exit.HOST, "run `carryall doctor`");
        };
    }

    private static Step on(MachineException.DiskRefused failure) {
        String name = failure.name().text();
        return switch (failure.why()) {
            case MOUNTED ->
                    new Step(
                            Exit.BUSY,
                            "shut it down: `carryall run "
                                    + name
                                    + "`, then `carryall stop "
                                    + name
                                    + "`");
            case NO_FILE_SYSTEM ->
                    new Step(Exit.MISSING, "see `carryall show " + name + "` for the disks it has");
            case MISSING ->
                    new Step(Exit.MISSING, "look around: `carryall files " + name + " ls /`");
            case TAKEN -> new Step(Exit.BUSY, "name another place for it");
            case DAMAGED ->
                    new Step(
                            Exit.DAMAGED,
                            "take what can be read: `carryall files "
                                    + name
                                    + " get / FOLDER`; or go back to a state: `carryall history "
                                    + name
                                    + "`");
            case FULL -> new Step(Exit.HOST, "make it larger: `carryall grow " + name + " +1GiB`");
            case SMALLER ->
                    new Step(Exit.USAGE, "say how much: `carryall grow " + name + " +5GiB`");
            case ARRIVING ->
                    new Step(Exit.MISSING, "fetch it whole with `carryall pull SHELF/APP`");
            case UNFIT -> new Step(Exit.USAGE, "give it another name");
        };
    }

    private static Step on(ApplianceException failure) {
        return switch (failure) {
            case ApplianceException.ApplianceMissing _ ->
                    new Step(Exit.MISSING, "build it from its recipe: `carryall run FOLDER`");
            case ApplianceException.ApplianceDamaged f ->
                    new Step(
                            Exit.DAMAGED,
                            "remove the folder " + f.file().getParent() + " and build it again");
            case ApplianceException.StoreUnusable _ ->
                    new Step(Exit.HOST, "check that it is there, yours, and not full");
        };
    }

    private static Step on(RecipeException failure) {
        return switch (failure) {
            case RecipeException.RecipeMissing _ ->
                    new Step(
                            Exit.MISSING,
                            "name a folder with a recipe.yaml, such as examples/librecad");
            case RecipeException.RecipeInvalid f -> new Step(Exit.USAGE, f.remedy());
            case RecipeException.PackageUnknown f ->
                    new Step(
                            Exit.USAGE,
                            "look the name up at https://packages.debian.org/"
                                    + f.suite()
                                    + "/ and mend `packages:`");
            case RecipeException.SuiteUnknown _ ->
                    new Step(Exit.USAGE, "write a suite that Debian has, such as `bookworm`");
            case RecipeException.NoNetwork _ ->
                    new Step(
                            Exit.NETWORK,
                            "check that http://deb.debian.org can be reached, then repeat the"
                                    + " command");
            case RecipeException.BuilderMissing f ->
                    new Step(
                            Exit.HOST,
                            "install it: `apt install " + Packages.of(f.program()) + "`");
            case RecipeException.NoSpace _ ->
                    new Step(Exit.HOST, "free at least 3 GiB there, then repeat the command");
            case RecipeException.StepFailed _ ->
                    new Step(Exit.HOST, "mend what it says, then repeat the command");
        };
    }

    private static Step on(HypervisorException failure) {
        return switch (failure) {
            case HypervisorException.ProgramMissing f ->
                    new Step(
                            Exit.HOST,
                            "install it: `apt install " + Packages.of(f.program()) + "`");
            case HypervisorException.FirmwareMissing _ ->
                    new Step(Exit.HOST, "install it: `apt install " + Packages.of("OVMF") + "`");
            case HypervisorException.JailForbidden _ ->
                    new Step(Exit.HOST, "run `carryall doctor`, which tries each part of it");
            case HypervisorException.QemuFailed _,
                    HypervisorException.CommandRefused _,
                    HypervisorException.NoAnswer _ ->
                    new Step(Exit.GUEST, "run `carryall doctor`");
            case HypervisorException.MigrationFailed _, HypervisorException.StreamRefused _ ->
                    new Step(Exit.GUEST, "see the machine's log: `carryall logs NAME`");
            case HypervisorException.OutputEndless _ ->
                    new Step(Exit.DAMAGED, "its disk is damaged: take what you need path by path");
            case HypervisorException.FileUnusable _ ->
                    new Step(Exit.HOST, "check that it is there, yours, and the disk not full");
        };
    }
}
