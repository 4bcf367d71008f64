package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the processors did for a process, in seconds, to 10 ms: proc_pid_stat(5). A host that is
/// busy with other things changes it little.
final class ProcessorTime {
    private static final int OWN = 11;
    private static final int OF_CHILDREN = 13;
    private static final double TICK = 0.01;

    private ProcessorTime() {}

    /// Of a process, its threads included.
    static double of(long process) throws IOException {
        return sum(Long.toString(process), OWN);
    }

    /// Of all that this process started and that ended, and all they waited for.
    static double ofChildrenThatEnded() throws IOException {
        return sum("self", OF_CHILDREN);
    }

    /// In user and in system mode, which stand side by side.
    private static double sum(String process, int field) throws IOException {
        String stat = Files.readString(Path.of("/proc", process, "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[field]) + Long.parseLong(fields[field + 1])) * TICK;
    }
}
