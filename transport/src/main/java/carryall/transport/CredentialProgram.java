package carryall.transport;

import carryall.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// A program `docker-credential-NAME`, which keeps passwords (docker-credential-helpers): told a
/// registry, it prints user and secret. No shell is used, and nothing that it prints is shown.
///
/// @param name as docker's config has it
/// @param program a name in the path, or a file
/// @param longest it may ask its user to unlock it
record CredentialProgram(String name, String program, Duration longest) {
    private static final int LARGEST = 64 << 10;
    private static final String TOKEN_USER = "<token>";

    CredentialProgram {
        if (!name.matches("[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}")) {
            throw new IllegalArgumentException("no name of a credential program");
        }
    }

    static CredentialProgram named(String name, Duration longest) {
        return new CredentialProgram(name, "docker-credential-" + name, longest);
    }

    /// What it has for a registry; empty if it has nothing.
    Optional<Login> get(String registry) throws TransportException {
        byte[] said;
        try {
            Process process =
                    new ProcessBuilder(program, "get")
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try {
                said = answer(process, registry);
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw failed(registry, "was stopped");
        } catch (TransportException known) {
            throw known;
        } catch (IOException failure) {
            throw failed(registry, "cannot be run");
        }
        return parse(registry, said);
    }

    private byte[] answer(Process process, String registry)
            throws IOException, InterruptedException, TransportException {
        BlockingQueue<byte[]> said = new ArrayBlockingQueue<>(1);
        Thread.ofVirtual()
                .name("docker-credential-" + name)
                .start(() -> {
                    try (InputStream from = process.getInputStream()) {
                        said.add(from.readNBytes(LARGEST + 1));
                    } catch (IOException cut) {
                        said.add(new byte[0]);
                    }
                });
        try (OutputStream to = process.getOutputStream()) {
            to.write((registry + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException ended) {
            // It ended without reading; its exit code says what that means.
        }
        byte[] bytes = said.poll(longest.toMillis(), TimeUnit.MILLISECONDS);
        if (bytes == null) {
            throw failed(registry, "did not answer in " + longest.toSeconds() + " s");
        }
        if (bytes.length > LARGEST) {
            throw failed(registry, "prints without end");
        }
        if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            throw failed(registry, "does not end");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
            if (text.contains("credentials not found")) {
                return new byte[0];
            }
            throw failed(registry, "failed with exit code " + process.exitValue());
        }
        return bytes;
    }

    private Optional<Login> parse(String registry, byte[] said) throws TransportException {
        if (said.length == 0) {
            return Optional.empty();
        }
        try {
            JsonText json = JsonText.parse(new String(said, StandardCharsets.UTF_8));
            String user = json.text("Username");
            String secret = json.text("Secret");
            return Optional.of(
                    user.equals(TOKEN_USER)
                            ? new Login.Refresh(secret)
                            : new Login.Password(user, secret));
        } catch (IllegalArgumentException rubbish) {
            throw failed(registry, "printed no credentials");
        }
    }

    private TransportException failed(String registry, String found) {
        return new TransportException.HelperFailed(registry, "docker-credential-" + name, found);
    }
}
