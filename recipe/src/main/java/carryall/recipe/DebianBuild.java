package carryall.recipe;

import carryall.appliance.Appliance;
import carryall.hypervisor.ByteSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Runs the script that builds a Debian root and its disks, in name spaces of its own: for root a
/// mount and a process name space, for an ordinary user a user name space with the user's
/// subordinate ids as well. When the script's first process dies, all of it does, with its mounts.
final class DebianBuild {
    /// Written into every image, so that a build depends on its inputs alone; all times in an image
    /// are at most this one (2025-01-01).
    static final Map<String, String> FIXED =
            Map.of(
                    "SOURCE_DATE_EPOCH", "1735689600",
                    "SYSTEM_UUID", Builder.SYSTEM_UUID,
                    "PERSONAL_UUID", Builder.PERSONAL_UUID,
                    "HASH_SEED", Builder.HASH_SEED);

    private static final List<String> TOOLS =
            List.of("unshare", "mmdebstrap", "mke2fs", "debugfs", "dumpe2fs");

    private final Recipe recipe;
    private final Recipe.Source.Debian debian;
    private final Path out;

    DebianBuild(Recipe recipe, Recipe.Source.Debian debian, Path out) {
        this.recipe = recipe;
        this.debian = debian;
        this.out = out;
    }

    private static Path workIn(Path out) {
        return out.resolve("work");
    }

    /// Removes what a killed build left that belongs to other users than this one.
    static void removeLeft(Path out) throws IOException {
        NameSpace.remove(workIn(out));
    }

    void run(BuildListener listener) throws IOException {
        for (String tool : TOOLS) {
            Tools.find(tool);
        }
        Path work = Files.createDirectory(workIn(out));
        Path script = work.resolve(GuestFiles.BUILD_SCRIPT);
        Files.write(script, GuestFiles.bytes(GuestFiles.BUILD_SCRIPT));
        GuestFiles.write(work.resolve("guest"), debian);

        List<String> command = new ArrayList<>(NameSpace.command());
        command.addAll(List.of("sh", script.toString(), work.toString(), out.toString()));
        command.addAll(List.of(debian.suite(), String.join(",", debian.packages())));
        recipe.icon()
                .ifPresent(icon -> {
                    if (icon instanceof Recipe.Icon.Inside(String path)) {
                        command.add(path);
                    }
                });
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> !name.matches("(?i).*_proxy"));
        // An ordinary user's own lacks the folders where chroot and useradd are.
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().putAll(FIXED);
        builder.environment().put("LC_ALL", "C.UTF-8");
        if (recipe.personal().orElseThrow() instanceof Recipe.Personal.Fresh(ByteSize size)) {
            builder.environment().put("PERSONAL_SIZE", Long.toString(size.bytes()));
        }
        try {
            watch(builder.start(), new DebianProgress(debian.suite(), out, listener));
            RamDisk.align(out.resolve(Appliance.Part.INITRD.fileName()));
        } finally {
            NameSpace.remove(work);
        }
    }

    private static void watch(Process process, DebianProgress progress) throws IOException {
        Thread ending = Thread.ofPlatform().name("end of a build").unstarted(process::destroy);
        Runtime.getRuntime().addShutdownHook(ending);
        try (BufferedReader lines =
                new BufferedReader(process.inputReader(StandardCharsets.UTF_8))) {
            process.getOutputStream().close();
            String line = lines.readLine();
            while (line != null) {
                progress.said(line);
                line = lines.readLine();
            }
            int code = process.waitFor();
            if (code != 0) {
                throw progress.failure(code);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new RecipeException.StepFailed("the build", "interrupted");
        } finally {
            process.destroy();
            try {
                Runtime.getRuntime().removeShutdownHook(ending);
            } catch (IllegalStateException alreadyEnding) {
                // This process ends, and the build with it.
            }
        }
    }
}
