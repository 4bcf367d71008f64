package carryall.hypervisor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// How a short program in a [Jail] ended, and what it said. All of it is foreign.
///
/// @param output one character a byte, at most [#MOST]
/// @param errors the first 64 KiB, likewise
record JailedRun(int exitCode, String output, String errors) {
    /// Bytes of output; a program that says more is ended.
    static final int MOST = 16 << 20;

    private static final int MOST_ERRORS = 64 << 10;

    /// Runs a command line of bubblewrap's to its end.
    static JailedRun of(List<String> line, byte[] input) throws HypervisorException {
        Process process;
        try {
            process = new ProcessBuilder(line).start();
        } catch (IOException failure) {
            throw new HypervisorException.JailForbidden(failure.toString());
        }
        try {
            CompletableFuture<String> errors = new CompletableFuture<>();
            Thread.ofVirtual()
                    .name("errors of a jail")
                    .start(() -> errors.complete(start(process.getErrorStream())));
            Thread.ofVirtual().name("input of a jail").start(() -> write(process, input));
            String output = whole(process.getInputStream());
            int code = process.waitFor();
            if (errors.join().startsWith("bwrap:")) {
                throw new HypervisorException.JailForbidden(errors.join().strip());
            }
            return new JailedRun(code, output, errors.join());
        } catch (HypervisorException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new HypervisorException.JailForbidden(failure.toString());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new HypervisorException.JailForbidden("interrupted");
        } finally {
            process.destroyForcibly();
        }
    }

    private static void write(Process process, byte[] input) {
        try (OutputStream stream = process.getOutputStream()) {
            stream.write(input);
        } catch (IOException ended) {
            // It needed no more; how it ended says the rest.
        }
    }

    private static String whole(InputStream output) throws IOException {
        byte[] said = output.readNBytes(MOST);
        if (output.read() >= 0) {
            throw new HypervisorException.OutputEndless(MOST);
        }
        return new String(said, StandardCharsets.ISO_8859_1);
    }

    private static String start(InputStream errors) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try (errors) {
            int read = errors.read(buffer);
            while (read >= 0) {
                kept.write(buffer, 0, Math.min(read, MOST_ERRORS - kept.size()));
                read = errors.read(buffer);
            }
        } catch (IOException gone) {
            // What was read until then is what there is.
        }
        return kept.toString(StandardCharsets.ISO_8859_1);
    }
}
