package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What memory a process holds, in mebibytes.
///
/// @param resident all of it (`VmRSS`)
/// @param proportional its share, where pages are shared (`Pss`)
record Memory(double resident, double proportional) {
    static Memory of(long process) throws IOException {
        Path folder = Path.of("/proc", Long.toString(process));
        return new Memory(
                mebibytes(folder.resolve("status"), "VmRSS:"),
                mebibytes(folder.resolve("smaps_rollup"), "Pss:"));
    }

    private static double mebibytes(Path file, String key) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(key)) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
            }
        }
        throw new IOException(file + " has no " + key);
    }
}
