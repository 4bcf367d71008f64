package carryall.recipe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The name spaces in which a build is root, and this process need not be.
final class NameSpace {
    private NameSpace() {}

    static boolean isRoot() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    /// The words to put before a command. Its end is the end of all it started, also when this
    /// process is killed.
    static List<String> command() throws IOException {
        List<String> words = new ArrayList<>();
        words.addAll(List.of(Tools.find("setpriv"), "--pdeathsig", "KILL", Tools.find("unshare")));
        if (!isRoot()) {
            Tools.find("newuidmap");
            words.addAll(List.of("--user", "--map-root-user", "--map-auto"));
        }
        words.addAll(List.of("--mount", "--pid", "--fork", "--kill-child", "--mount-proc"));
        return words;
    }

    /// Removes a folder in which files of other users than this one may lie.
    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<String> words = new ArrayList<>(command());
        words.addAll(List.of("rm", "-rf", "--one-file-system", folder.toString()));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        byte[] said = process.getInputStream().readNBytes(4096);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(new String(said, StandardCharsets.UTF_8).strip());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while removing " + folder, stop);
        }
    }
}
