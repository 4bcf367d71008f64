package carryall.machine;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Where a keeper says what happens, a line each with its time.
record KeeperLog(PrintStream out) {
    void say(String line) {
        out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line);
        out.flush();
    }
}
