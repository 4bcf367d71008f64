package carryall.cli;

import carryall.appliance.ApplianceException;
import carryall.hypervisor.HypervisorException;
import carryall.machine.MachineException;
import carryall.recipe.RecipeException;
import java.io.IOException;

/// What to do next after a failure, and the exit code that tells it to programs.
record Advice(int exitCode, String nextStep) {
    static Advice on(IOException failure) {
        return switch (failure) {
            case MachineException ours -> on(ours);
            case ApplianceException ours -> on(ours);
            case RecipeException ours -> on(ours);
            case HypervisorException ours -> on(ours);
            default -> new Advice(Exit.HOST, "run `carryall doctor`");
        };
    }

    private static Advice on(MachineException failure) {
        return switch (failure) {
            case MachineException.MachineMissing _ ->
                    new Advice(Exit.MISSING, "see `carryall ls` for the machines there are");
            case MachineException.NameInUse f ->
                    new Advice(
                            Exit.BUSY,
                            "choose another name with `--name`, or remove that machine with"
                                    + " `carryall rm "
                                    + f.name()
                                    + "`");
            case MachineException.MachineBusy f ->
                    new Advice(Exit.BUSY, "stop it first: `carryall stop " + f.name() + "`");
            case MachineException.MachineNotRunning f ->
                    new Advice(Exit.BUSY, "start it: `carryall run " + f.name() + "`");
            case MachineException.MachineDamaged f ->
                    new Advice(
                            Exit.DAMAGED,
                            "put "
                                    + f.file().getFileName()
                                    + " back from a backup; the disks beside it were not touched");
            case MachineException.StartFailed f ->
                    new Advice(
                            Exit.GUEST,
                            "see `carryall logs " + f.name() + "` and `carryall doctor`");
            case MachineException.DiskFull _ ->
                    new Advice(Exit.HOST, "free some space, then repeat the command");
            case MachineException.StateUnusable _ ->
                    new Advice(Exit.HOST, "check that it is there, yours, and not full");
            case MachineException.KeeperSilent f ->
                    new Advice(Exit.GUEST, "see `carryall logs " + f.name() + "`, then try again");
            case MachineException.Refused f ->
                    new Advice(Exit.GUEST, "see `carryall logs " + f.name() + "`");
            case MachineException.ToolFailed _ -> new Advice(Exit.HOST, "run `carryall doctor`");
        };
    }

    private static Advice on(ApplianceException failure) {
        return switch (failure) {
            case ApplianceException.ApplianceMissing _ ->
                    new Advice(Exit.MISSING, "build it from its recipe: `carryall run FOLDER`");
            case ApplianceException.ApplianceDamaged f ->
                    new Advice(
                            Exit.DAMAGED,
                            "remove the folder " + f.file().getParent() + " and build it again");
            case ApplianceException.StoreUnusable _ ->
                    new Advice(Exit.HOST, "check that it is there, yours, and not full");
        };
    }

    private static Advice on(RecipeException failure) {
        return switch (failure) {
            case RecipeException.RecipeMissing _ ->
                    new Advice(
                            Exit.MISSING,
                            "name a folder with a recipe.yaml, such as examples/librecad");
            case RecipeException.RecipeInvalid f -> new Advice(Exit.USAGE, f.remedy());
            case RecipeException.PackageUnknown f ->
                    new Advice(
                            Exit.USAGE,
                            "look the name up at https://packages.debian.org/"
                                    + f.suite()
                                    + "/ and mend `packages:`");
            case RecipeException.SuiteUnknown _ ->
                    new Advice(Exit.USAGE, "write a suite that Debian has, such as `bookworm`");
            case RecipeException.NoNetwork _ ->
                    new Advice(
                            Exit.NETWORK,
                            "check that http://deb.debian.org can be reached, then repeat the"
                                    + " command");
            case RecipeException.BuilderMissing f ->
                    new Advice(
                            Exit.HOST,
                            "install it: `apt install " + Packages.of(f.program()) + "`");
            case RecipeException.NoSpace _ ->
                    new Advice(Exit.HOST, "free at least 3 GiB there, then repeat the command");
            case RecipeException.StepFailed _ ->
                    new Advice(Exit.HOST, "mend what it says, then repeat the command");
        };
    }

    private static Advice on(HypervisorException failure) {
        return switch (failure) {
            case HypervisorException.ProgramMissing f ->
                    new Advice(
                            Exit.HOST,
                            "install it: `apt install " + Packages.of(f.program()) + "`");
            case HypervisorException.JailForbidden _ ->
                    new Advice(Exit.HOST, "run `carryall doctor`, which tries each part of it");
            case HypervisorException.QemuFailed _,
                    HypervisorException.CommandRefused _,
                    HypervisorException.NoAnswer _ ->
                    new Advice(Exit.GUEST, "run `carryall doctor`");
            case HypervisorException.FileUnusable _ ->
                    new Advice(Exit.HOST, "check that it is there, yours, and the disk not full");
        };
    }
}
