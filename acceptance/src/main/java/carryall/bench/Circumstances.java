package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;

/// What a figure depends on beside the code.
///
/// @param date as `2026-11-24`
/// @param commit short, with `+` if files differ from it
/// @param host processors, QEMU, and how busy it was when the run began
record Circumstances(String date, String commit, String host) {
    static Circumstances now(Path root) throws IOException, InterruptedException {
        String git = "git -C " + root;
        String changed =
                said(git + " status --porcelain --untracked-files=no").isEmpty() ? "" : "+";
        String load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
        String qemu =
                said("qemu-system-x86_64 --version").replaceFirst("(?s).*version (\\S+).*", "$1");
        return new Circumstances(
                LocalDate.now(java.time.ZoneOffset.UTC).toString(),
                said(git + " rev-parse --short HEAD") + changed,
                Runtime.getRuntime().availableProcessors()
                        + " processors, QEMU "
                        + qemu
                        + ", load "
                        + load
                        + " when it began");
    }

    private static String said(String line) throws IOException, InterruptedException {
        return Run.of(List.of(line.split(" ", -1)), Path.of("/")).output().strip();
    }
}
