package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// skopeo and Carryall read what the other wrote, in folders and in a registry.
final class SkopeoTest {
    @TempDir private static Path temp;

    private final Path folder = Files.createTempDirectory(temp, "skopeo");
    private final RealServer registry = RealServer.registry(folder);
    private final DockerCredentials credentials =
            RegistryShelfTest.credentials(
                    folder, registry.host(), RealServer.USER, RealServer.PASSWORD);

    SkopeoTest() throws Exception {}

    @AfterEach
    void close() {
        registry.close();
    }

    private FolderShelf shelf(String name) {
        return new FolderShelf(folder.resolve(name));
    }

    private String in(String name, String reference) {
        return "oci:" + folder.resolve(name) + ":" + reference;
    }

    private String inRegistry(String reference) {
        return "docker://" + registry.host() + "/" + reference;
    }

    private Repository registryRepository() throws Exception {
        return new RegistryShelf(registry.host() + "/acme", HttpSettings.usual(), credentials)
                .repository("librecad");
    }

    private String skopeo(String... words) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(RealServer.program("skopeo"), "--insecure-policy"));
        command.addAll(List.of(words));
        Path log = folder.resolve("skopeo.log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(log);
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private String authentication() {
        return "--authfile=" + folder.resolve("config.json");
    }

    @Test
    void aFolderGoesToARegistryAndBackWithItsDigests() throws Exception {
        Samples.release(shelf("one").repository("inkscape"), "other", "1.0");
        Manifest ours = Samples.release(shelf("one").repository("librecad"), "a", "2.2.0");
        skopeo(
                "copy",
                "--preserve-digests",
                "--dest-tls-verify=false",
                authentication(),
                in("one", "librecad:2.2.0"),
                inRegistry("acme/librecad:2.2.0"));
        assertThat(registryRepository().resolve("2.2.0")).contains(ours);
        skopeo(
                "copy",
                "--preserve-digests",
                "--src-tls-verify=false",
                authentication(),
                inRegistry("acme/librecad:2.2.0"),
                in("two", "librecad:2.2.0"));
        assertThat(shelf("two").repository("librecad").resolve("2.2.0")).contains(ours);
        assertThat(shelf("two").repositories()).containsExactly("librecad");
    }

    @Test
    void skopeoAndCarryallWriteToOneFolder() throws Exception {
        Manifest first = Samples.release(shelf("one").repository("librecad"), "a", "2.2.0");
        Manifest quiet = Samples.release(shelf("one").repository("librecad"), "quiet");
        skopeo("copy", "--preserve-digests", in("one", "librecad:2.2.0"), in("one", "mine:copy"));
        Manifest next = Samples.release(shelf("one").repository("librecad"), "b", "2.3.0");
        Repository librecad = shelf("one").repository("librecad");
        assertThat(librecad.resolve("2.2.0")).contains(first);
        assertThat(librecad.resolve("2.3.0")).contains(next);
        assertThat(librecad.manifest(quiet.digest())).isEqualTo(quiet);
        assertThat(shelf("one").repository("mine").resolve("copy")).contains(first);
    }

    @Test
    void skopeoShowsTheExactManifest() throws Exception {
        Manifest ours = Samples.release(registryRepository(), "a", "2.2.0", "stable");
        assertThat(
                        skopeo(
                                "inspect",
                                "--raw",
                                "--tls-verify=false",
                                authentication(),
                                inRegistry("acme/librecad:stable")))
                .isEqualTo(ours.text());
        assertThat(
                        skopeo(
                                "list-tags",
                                "--tls-verify=false",
                                authentication(),
                                inRegistry("acme/librecad")))
                .contains("2.2.0", "stable");
        Samples.release(shelf("one").repository("librecad"), "a", "2.2.0");
        assertThat(skopeo("inspect", "--raw", in("one", "librecad:2.2.0"))).isEqualTo(ours.text());
    }
}
