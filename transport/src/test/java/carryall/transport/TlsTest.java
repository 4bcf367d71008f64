package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A shelf whose certificate only a file vouches for.
final class TlsTest {
    private static final String PASSWORD = "of-this-test";
    @TempDir private static Path temp;

    private final HttpsServer server =
            HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

    @BeforeAll
    static void makeCertificate() throws Exception {
        keytool(
                "-genkeypair",
                "-alias",
                "shelf",
                "-keyalg",
                "EC",
                "-dname",
                "CN=shelf",
                "-ext",
                "SAN=IP:127.0.0.1",
                "-validity",
                "2");
        keytool("-exportcert", "-rfc", "-alias", "shelf", "-file", pem().toString());
    }

    TlsTest() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream from = Files.newInputStream(temp.resolve("keys"))) {
            keys.load(from, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        LocalServer.answer(
                                exchange,
                                200,
                                "application/json",
                                Samples.utf8(LayoutIndex.empty().text()));
                    }
                });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private static Path pem() {
        return temp.resolve("ca.pem");
    }

    private static void keytool(String... words) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString()));
        command.addAll(List.of(words));
        command.addAll(
                List.of(
                        "-keystore",
                        temp.resolve("keys").toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(temp.resolve("log").toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(temp.resolve("log"))).isZero();
    }

    private WebShelf shelf(String host, HttpSettings settings) throws Exception {
        return new WebShelf(
                URI.create("https://" + host + ":" + server.getAddress().getPort() + "/"),
                settings);
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRefused() throws Exception {
        WebShelf shelf = shelf("127.0.0.1", HttpSettings.usual());
        assertThatThrownBy(shelf::repositories)
                .isInstanceOf(TransportException.Distrusted.class)
                .hasMessageContaining("does not prove who it is")
                .hasMessageContaining("nobody whom this host trusts vouches for its certificate");
    }

    @Test
    void aFileCanVouchForIt() throws Exception {
        assertThat(shelf("127.0.0.1", HttpSettings.usual().trusting(pem())).repositories())
                .isEmpty();
    }

    @Test
    void aCertificateOfAnotherNameIsRefused() throws Exception {
        WebShelf shelf = shelf("localhost", HttpSettings.usual().trusting(pem()));
        assertThatThrownBy(shelf::repositories)
                .isInstanceOf(TransportException.Distrusted.class)
                .hasMessageContaining("does not prove who it is");
    }

    @Test
    void aFileWithoutCertificatesIsSaid() throws Exception {
        Path empty = Files.writeString(temp.resolve("empty.pem"), "nothing");
        assertThatThrownBy(() -> shelf("127.0.0.1", HttpSettings.usual().trusting(empty)))
                .isInstanceOf(TransportException.Unusable.class)
                .hasMessageContaining("empty.pem");
    }
}
