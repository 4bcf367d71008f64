package carryall.cli;

/// What the exit codes mean; every command's help lists them.
final class Exit {
    static final int DONE = 0;
    static final int FAULT = 1;
    static final int USAGE = 2;
    static final int MISSING = 3;
    static final int BUSY = 4;
    static final int DAMAGED = 5;
    static final int HOST = 6;
    static final int NETWORK = 7;
    static final int GUEST = 8;

    private Exit() {}
}
