package carryall.cli;

import carryall.home.HomeException;

/// What to do next after a failure with a home.
final class HomeAdvice {
    private HomeAdvice() {}

    static Advice.Step on(HomeException failure) {
        return switch (failure) {
            case HomeException.NoHome _ ->
                    new Advice.Step(
                            Exit.MISSING,
                            "make one with `carryall home init WHERE`, or join with `carryall home"
                                    + " join WHERE`");
            case HomeException.HasHome _ ->
                    new Advice.Step(
                            Exit.BUSY,
                            "to leave it, move the folder `home` of the state directory");
            case HomeException.NotHome _ ->
                    new Advice.Step(
                            Exit.MISSING,
                            "check the place, or make a home there: `carryall home init WHERE`");
            case HomeException.HomeThere _ ->
                    new Advice.Step(Exit.BUSY, "join it: `carryall home join WHERE`");
            case HomeException.KeyRefused _ ->
                    new Advice.Step(
                            Exit.USAGE,
                            "try again, or join with the recovery key: `carryall home join WHERE"
                                    + " --recovery-file FILE`");
            case HomeException.KeyDamaged _ ->
                    new Advice.Step(
                            Exit.DAMAGED,
                            "open it with the recovery key, or from a host that belongs to it, and"
                                    + " set the passphrase anew: `carryall home passphrase`");
            case HomeException.RecoveryKeyMistyped _ ->
                    new Advice.Step(Exit.USAGE, "compare it with the sheet, group by group");
            case HomeException.ObjectDamaged _ ->
                    new Advice.Step(
                            Exit.DAMAGED, "see what else is: `carryall home check --read-data`");
            case HomeException.OtherHome _ ->
                    new Advice.Step(Exit.DAMAGED, "check that the right disk or folder is there");
            case HomeException.RolledBack _ ->
                    new Advice.Step(
                            Exit.DAMAGED,
                            "if the place is a copy, wait until all has come; else ask who keeps it");
            case HomeException.Forked _ ->
                    new Advice.Step(
                            Exit.DAMAGED,
                            "on the copied host, move the folder `home` of the state directory and"
                                    + " join again");
            case HomeException.NotWhole _ ->
                    new Advice.Step(
                            Exit.DAMAGED,
                            "if the place is a copy, wait until all has come; else see `carryall"
                                    + " home check`");
            case HomeException.NotSaved _ ->
                    new Advice.Step(Exit.MISSING, "see `carryall home` for what there is");
            case HomeException.WentOnTwice f ->
                    new Advice.Step(
                            Exit.BUSY,
                            "choose with `carryall home pull "
                                    + f.machine()
                                    + " --from HOST`; if it is here too, first keep this one under"
                                    + " another name: `carryall clone "
                                    + f.machine()
                                    + " OTHER`, and remove it");
            case HomeException.Forgotten _ ->
                    new Advice.Step(
                            Exit.BUSY,
                            "move the folder `home` of the state directory, and join again");
            case HomeException.HostUnknown _ ->
                    new Advice.Step(Exit.MISSING, "see `carryall home hosts`");
            case HomeException.HomeBusy _ ->
                    new Advice.Step(Exit.BUSY, "repeat the command when that one has ended");
            case HomeException.FileDamaged _ ->
                    new Advice.Step(Exit.DAMAGED, "move that file away, and repeat the command");
            case HomeException.FileUnusable _ ->
                    new Advice.Step(Exit.HOST, "check that it is there, yours, and not full");
        };
    }
}
