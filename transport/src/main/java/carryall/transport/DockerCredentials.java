package carryall.transport;

import carryall.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/// Credentials of registries as `docker login` keeps them: in docker's `config.json` (`auths`), or
/// with a program (`credHelpers`, `credsStore`). Read anew each time; nothing is kept.
public final class DockerCredentials {
    private static final int LARGEST = 1 << 20;
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final Path file;

    /// Those of a `config.json`, which need not be there.
    public DockerCredentials(Path file) {
        this.file = file;
    }

    /// Those of `$DOCKER_CONFIG/config.json`, or of `~/.docker/config.json`.
    public static DockerCredentials of(Map<String, String> environment) {
        String folder = environment.getOrDefault("DOCKER_CONFIG", "");
        return new DockerCredentials(
                (folder.isEmpty()
                                ? Path.of(System.getProperty("user.home"), ".docker")
                                : Path.of(folder))
                        .resolve("config.json"));
    }

    /// @param registry `host`, `host:port` or [RegistryName#DOCKER_HUB]
    Optional<Login> find(String registry) throws TransportException {
        String text = text();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonText config = JsonText.parse(text);
            Optional<String> program =
                    config.optionalObject("credHelpers")
                            .flatMap(programs -> program(programs, registry))
                            .or(() -> config.optionalText("credsStore"))
                            .filter(name -> !name.isEmpty());
            if (program.isPresent()) {
                Optional<Login> kept =
                        CredentialProgram.named(program.get(), LONGEST).get(registry);
                if (kept.isPresent()) {
                    return kept;
                }
            }
            return config.optionalObject("auths").flatMap(auths -> entry(auths, registry));
        } catch (IllegalArgumentException rubbish) {
            // The fault could quote a secret.
            throw new TransportException.Damaged(
                    file.toString(), "docker's configuration", "it is not what docker writes");
        }
    }

    private String text() throws TransportException {
        try (InputStream from = Files.newInputStream(file)) {
            byte[] bytes = from.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new IOException("it is over 1 MiB");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (NoSuchFileException none) {
            return "";
        } catch (IOException failure) {
            throw new TransportException.Unusable(file.toString(), failure);
        }
    }

    private static Optional<String> program(JsonText programs, String registry) {
        Optional<String> named = programs.optionalText(registry);
        if (named.isEmpty() && registry.equals(RegistryName.DOCKER_HUB)) {
            return programs.keys().stream()
                    .filter(RegistryName::isDockerHub)
                    .findFirst()
                    .flatMap(programs::optionalText);
        }
        return named;
    }

    private static Optional<Login> entry(JsonText auths, String registry) {
        for (String key : auths.keys()) {
            String host = key.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
            boolean isIt =
                    registry.equals(RegistryName.DOCKER_HUB)
                            ? RegistryName.isDockerHub(host)
                            : host.equals(registry);
            if (isIt) {
                return login(auths.object(key));
            }
        }
        return Optional.empty();
    }

    private static Optional<Login> login(JsonText entry) {
        Optional<String> refresh = entry.optionalText("identitytoken").filter(t -> !t.isEmpty());
        if (refresh.isPresent()) {
            return Optional.of(new Login.Refresh(refresh.get()));
        }
        Optional<String> pair = entry.optionalText("auth").filter(text -> !text.isEmpty());
        if (pair.isEmpty()) {
            Optional<String> secret = entry.optionalText("password");
            return entry.optionalText("username")
                    .flatMap(user -> secret.map(word -> new Login.Password(user, word)));
        }
        String decoded = new String(Base64.getDecoder().decode(pair.get()), StandardCharsets.UTF_8);
        int colon = decoded.indexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("auth is no pair");
        }
        return Optional.of(
                new Login.Password(decoded.substring(0, colon), decoded.substring(colon + 1)));
    }
}
