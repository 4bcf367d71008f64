package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DockerCredentialsTest {
    @TempDir private Path temp;

    private DockerCredentials of(String text) throws IOException {
        Files.writeString(temp.resolve("config.json"), text);
        return DockerCredentials.of(Map.of("DOCKER_CONFIG", temp.toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"auths\":{\"r.example:5000\":{\"auth\":\"YW5uYTpzOmVjcmV0\"}},\"x\":[1]}",
                "{\"auths\":{\"https://r.example:5000/v1/\":{\"auth\":\"YW5uYTpzOmVjcmV0\"}}}",
                "{\"auths\":{\"r.example:5000\":"
                        + "{\"username\":\"anna\",\"password\":\"s:ecret\",\"email\":\"\"}}}",
            })
    void aPasswordIsFoundByItsRegistry(String text) throws IOException {
        assertThat(of(text).find("r.example:5000")).contains(new Login.Password("anna", "s:ecret"));
        assertThat(of(text).find("r.example")).isEmpty();
        assertThat(of(text).find("r.example:5000").toString()).doesNotContain("ecret");
    }

    @Test
    void aTokenIsFoundByItsRegistry() throws IOException {
        assertThat(of("{\"auths\":{\"r\":{\"auth\":\"\",\"identitytoken\":\"t\"}}}").find("r"))
                .contains(new Login.Refresh("t"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://index.docker.io/v1/", "index.docker.io", "docker.io"})
    void whatDockerKeepsForItsOwnRegistryIsFound(String key) throws IOException {
        String other = "\"registry.example\":{\"auth\":\"YTpi\"}";
        String own = "\"" + key + "\":{\"auth\":\"YW5uYTpzOmVjcmV0\"}";
        assertThat(
                        of("{\"auths\":{" + other + "," + own + "}}")
                                .find("https://index.docker.io/v1/"))
                .contains(new Login.Password("anna", "s:ecret"));
        DockerCredentials helped = of("{\"credHelpers\":{\"" + key + "\":\"carryall-has-none\"}}");
        assertThatThrownBy(() -> helped.find("https://index.docker.io/v1/"))
                .isInstanceOf(TransportException.HelperFailed.class)
                .hasMessageContaining("docker-credential-carryall-has-none cannot be run");
    }

    @Test
    void nothingIsFoundWhereNothingIs() throws IOException {
        assertThat(of("{}").find("r")).isEmpty();
        assertThat(of("{\"auths\":{\"r\":{}}}").find("r")).isEmpty();
        assertThat(new DockerCredentials(temp.resolve("none")).find("r")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hunter2",
                "{\"auths\":{\"r\":{\"auth\":\"hunter2!\"}}}",
                "{\"auths\":{\"r\":{\"auth\":\"aHVudGVyMg==\"}}}",
                "{\"auths\":[\"hunter2\"]}",
                "{\"credsStore\":\"../hunter2\"}",
                "{\"credsStore\":\"a;hunter2\"}",
            })
    void rubbishIsRefusedWithoutQuotingIt(String text) throws IOException {
        DockerCredentials credentials = of(text);
        assertThatThrownBy(() -> credentials.find("r"))
                .isInstanceOf(TransportException.Damaged.class)
                .hasMessageNotContaining("hunter2");
    }

    /// The program is found by the folder in its path: no environment of a test can be changed.
    private CredentialProgram program(String script, Duration longest) throws IOException {
        Path file = Files.writeString(temp.resolve("docker-credential-x"), "#!/bin/sh\n" + script);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return new CredentialProgram("x", file.toString(), longest);
    }

    @Test
    void aProgramIsToldTheRegistryAndGivesThePassword() throws IOException {
        CredentialProgram program =
                program(
                        "[ \"$1\" = get ] && read -r r\n"
                                + "echo '{\"ServerURL\":\"'\"$r\"'\",\"Username\":\"anna\","
                                + "\"Secret\":\"of '\"$r\"'\"}'",
                        Duration.ofSeconds(10));
        assertThat(program.get("r.example")).contains(new Login.Password("anna", "of r.example"));
    }

    @Test
    void aProgramThatKnowsNothingGivesNothing() throws IOException {
        assertThat(
                        program(
                                        "echo credentials not found in native keychain; exit 1",
                                        Duration.ofSeconds(10))
                                .get("r"))
                .isEmpty();
    }

    @Timeout(20)
    @ParameterizedTest
    @CsvSource({
        "echo hunter2; exit 3, failed with exit code 3",
        "echo hunter2, printed no credentials",
        "yes hunter2, prints without end",
        "exec sleep 60, did not answer in 2 s"
    })
    void aProgramThatFailsIsEndedAndNotQuoted(String script, String found) throws IOException {
        CredentialProgram program = program(script, Duration.ofSeconds(2));
        assertThatThrownBy(() -> program.get("r"))
                .isInstanceOf(TransportException.HelperFailed.class)
                .hasMessageStartingWith("docker-credential-x " + found)
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void aProgramThatIsNotThereIsSaid() throws IOException {
        DockerCredentials credentials = of("{\"credHelpers\":{\"r\":\"carryall-has-none\"}}");
        assertThatThrownBy(() -> credentials.find("r"))
                .isInstanceOf(TransportException.HelperFailed.class)
                .hasMessageContaining("docker-credential-carryall-has-none cannot be run");
        assertThat(credentials.find("other")).isEmpty();
    }
}
