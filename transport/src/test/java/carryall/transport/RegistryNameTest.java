package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RegistryNameTest {
    private static RegistryName parse(String name) throws TransportException {
        return RegistryName.parse(name, HttpSettings.usual());
    }

    @ParameterizedTest
    @CsvSource({
        "docker.io, library/",
        "index.docker.io, library/",
        "Docker.io, library/",
        "docker.io/library, library/",
        "docker.io/acme, acme/",
        "index.docker.io/acme, acme/",
    })
    void dockersOwnRegistryIsReachedAsDockersToolsDo(String written, String prefix)
            throws TransportException {
        RegistryName name = parse(written);
        assertThat(name.base()).isEqualTo(URI.create("https://registry-1.docker.io/"));
        assertThat(name.prefix()).isEqualTo(prefix);
        assertThat(name.host()).isEqualTo("https://index.docker.io/v1/");
        assertThat(name.location()).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({
        "registry.example.com/acme, https://registry.example.com/, acme/, registry.example.com",
        "r.example:5000, https://r.example:5000/, '', r.example:5000",
        "registry-1.docker.io, https://registry-1.docker.io/, '', registry-1.docker.io",
        "docker.io.example, https://docker.io.example/, '', docker.io.example",
        "docker.io:5000, https://docker.io:5000/, '', docker.io:5000",
        "localhost:5000/a/b, http://localhost:5000/, a/b/, localhost:5000",
    })
    void anyOtherIsReachedAsItIsWritten(String written, URI base, String prefix, String host)
            throws TransportException {
        assertThat(parse(written)).isEqualTo(new RegistryName(written, base, host, prefix));
    }

    @Test
    void aRepositoryOfDockersRegistryIsCalledAsItWasWritten() throws TransportException {
        assertThat(
                        new RegistryShelf(
                                        "docker.io",
                                        HttpSettings.usual(),
                                        new DockerCredentials(java.nio.file.Path.of("none")))
                                .repository("librecad")
                                .location())
                .isEqualTo("docker.io/librecad");
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker.io/Acme", "docker.io/", "docker.io//a", "", "a b"})
    void whatIsNoNameIsRefused(String written) {
        assertThatThrownBy(() -> parse(written)).isInstanceOf(TransportException.Refused.class);
    }
}
