package carryall.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The host's processes, as `/proc` shows them.
final class Processes {
    private Processes() {}

    /// All that works for one machine: its keeper, and each process whose words name its folder
    /// (the jail and QEMU).
    static List<ProcessHandle> of(Command command, String machine) {
        String folder = command.folder(machine) + "/";
        String home = "CARRYALL_HOME=" + command.home();
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    List<String> words = words(process, "cmdline");
                    return words.stream().anyMatch(word -> word.contains(folder))
                            || (isKeeperOf(machine, words)
                                    && words(process, "environ").contains(home));
                })
                .toList();
    }

    /// Waits for the end of all that works for one machine; a keeper that wrote down its end has
    /// still to leave.
    static void awaitNone(Command command, String machine) throws Exception {
        Waiting.until(
                "nothing works for " + machine + " any more",
                Duration.ofSeconds(10),
                () -> of(command, machine).isEmpty());
    }

    /// All whose words or environment name a folder or something in it.
    static List<ProcessHandle> naming(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process ->
                        List.of("cmdline", "environ").stream()
                                .flatMap(file -> words(process, file).stream())
                                .anyMatch(word -> word.contains(folder.toString())))
                .toList();
    }

    static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /// Kills a process that is known to work for a machine, as `kill -9` does.
    static void kill(Command command, String machine, long pid) {
        Optional<ProcessHandle> process =
                of(command, machine).stream().filter(each -> each.pid() == pid).findAny();
        process.ifPresent(ProcessHandle::destroyForcibly);
    }

    private static boolean isKeeperOf(String machine, List<String> words) {
        int at = words.indexOf("keep");
        return at >= 0 && at + 1 < words.size() && words.get(at + 1).equals(machine);
    }

    private static List<String> words(ProcessHandle process, String file) {
        try {
            byte[] bytes = Files.readAllBytes(Path.of("/proc", process.pid() + "", file));
            return Arrays.asList(new String(bytes, StandardCharsets.UTF_8).split("\0", -1));
        } catch (IOException gone) {
            return List.of();
        }
    }
}
