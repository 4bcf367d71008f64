package carryall.hypervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Tries what this host must be able to do.
public final class HostCheck {
    private HostCheck() {}

    /// Looks for what every machine needs, which takes no time.
    ///
    /// @throws HypervisorException.ProgramMissing naming the first that is not installed
    public static void findPrograms() throws HypervisorException {
        for (String program :
                List.of(QemuProgram.NAME, "qemu-img", "bwrap", "setpriv", "prlimit")) {
            Programs.find(program);
        }
    }

    /// The first line with which a program says its version.
    ///
    /// @throws HypervisorException.ProgramMissing if it is not installed
    public static String version(String program) throws IOException {
        Path path = Programs.find(program);
        String option =
                path.getFileName().toString().matches("mke2fs|debugfs|ip") ? "-V" : "--version";
        return firstLine(List.of(path.toString(), option));
    }

    /// The first line that a command prints.
    static String firstLine(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        byte[] said = process.getInputStream().readNBytes(4096);
        return new String(said, StandardCharsets.UTF_8).lines().findFirst().orElse("").strip();
    }

    /// Runs a program that does nothing in a jail.
    ///
    /// @param network with which way out
    /// @throws HypervisorException.JailForbidden if the host does not let it
    public static void tryJail(Network network) throws IOException {
        Path directory = Files.createTempDirectory("carryall-jail");
        Jail jail =
                new Jail(
                        List.of(),
                        directory,
                        network,
                        new Jail.Limits(ByteSize.mebibytes(256), ByteSize.mebibytes(1), 64));
        try (JailedProcess process =
                jail.start(List.of(Programs.find("sleep").toString(), "0.2"))) {
            int code = process.exit().get(10, TimeUnit.SECONDS);
            if (code != 0) {
                throw new HypervisorException.JailForbidden("a program in it ended with " + code);
            }
        } catch (ExecutionException | TimeoutException failure) {
            throw new HypervisorException.JailForbidden("a program in it did not end");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new HypervisorException.JailForbidden("interrupted");
        } finally {
            Files.deleteIfExists(directory);
        }
    }
}
