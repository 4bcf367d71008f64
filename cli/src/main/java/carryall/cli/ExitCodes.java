package carryall.cli;

/// The end of every command's help.
final class ExitCodes {
    private ExitCodes() {}

    static String[] lines() {
        return new String[] {
            "",
            "Exit codes: 0 done; 1 a fault in Carryall; 2 wrong words or recipe; 3 no such",
            "machine, appliance or recipe; 4 in use, or not running; 5 damaged; 6 the host",
            "lacks a program, a right or space; 7 no network; 8 the guest or QEMU failed."
        };
    }
}
