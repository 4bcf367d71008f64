package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import carryall.transport.RealServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a publisher's host to a user's, each with a state directory of its own and real servers
/// between them.
final class PublishTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir private Path folder = Path.of("");
    private Command publisher = Command.over(Path.of(""));
    private Command user = Command.over(Path.of(""));

    @BeforeEach
    void makeHosts() throws Exception {
        publisher = Command.over(folder.resolve("publisher"));
        user = Command.over(folder.resolve("user"));
        publisher.run("keygen", "acme").succeeded();
    }

    @AfterEach
    void endAll() throws Exception {
        user.stopAll();
    }

    private Map<String, Object> publish(Path recipe, String shelf) throws Exception {
        return publisher.run(PATIENCE, "publish", recipe.toString(), shelf, "--json").object();
    }

    /// A recipe of an image with content that does not compress.
    private Path recipe(String version, byte[] content) throws Exception {
        Path recipe = Files.createDirectories(folder.resolve("blob-" + version));
        Files.write(recipe.resolve("blob.raw"), content);
        Files.writeString(
                recipe.resolve("recipe.yaml"),
                """
                name: blob
                version: "%s"
                title: Blob
                image: blob.raw
                memory: 64MiB
                profile: classic
                """
                        .formatted(version),
                StandardCharsets.UTF_8);
        return recipe;
    }

    private static byte[] random(int bytes) {
        byte[] content = new byte[bytes];
        new SplittableRandom(1).nextBytes(content);
        return content;
    }

    @Test
    void aMachineIsOpenedUpdatedAndTakenBackFromAPlainWebServer() throws Exception {
        Path shelf = folder.resolve("shelf");
        publish(TinyLinux.recipe(folder.resolve("tiny-1"), "1"), shelf.toString());
        Path served = Files.createDirectory(folder.resolve("nginx"));
        try (RealServer nginx = RealServer.nginx(served, shelf)) {
            String reference = "http://" + nginx.host() + "/shelf/tiny";
            assertThat(user.run("subscribe", reference).exitCode()).isEqualTo(2);
            assertThat(user.run("subscribe", reference, "--yes").succeeded().output())
                    .contains("acme/tiny is followed on channel stable");
            TinyLinux.run(user, "tiny", reference);
            ask("echo drawn under 1 >/home/work; sync");
            shutDown();

            Map<String, Object> second =
                    publish(TinyLinux.recipe(folder.resolve("tiny-2"), "2"), shelf.toString());
            assertThat((Number) second.get("sharedBytes"))
                    .satisfies(shared -> assertThat(shared.longValue()).isPositive());
            assertThat(user.run("update", "tiny", "--check").succeeded().output())
                    .contains("tiny: 1 -> 2");
            user.run(PATIENCE, "update", "tiny").succeeded();
            TinyLinux.run(user, "tiny", "tiny");
            assertThat(ask("cat /release /home/work")).contains("2", "drawn under 1");
            shutDown();

            user.run("rollback", "tiny").succeeded();
            TinyLinux.run(user, "tiny", "tiny");
            assertThat(ask("cat /release /home/work")).contains("1", "drawn under 1");

            // Both releases are needed as long as there is a way back.
            assertThat(user.run("prune", "--json").object()).containsEntry("removed", List.of());
            user.run("stop", "tiny", "--patience", "0").succeeded();
            user.run("rm", "tiny", "--yes").succeeded();
            user.run("unsubscribe", "acme/tiny").succeeded();
            assertThat(user.run("prune", "--json").object().get("removed"))
                    .asInstanceOf(LIST)
                    .hasSize(2);
        }
    }

    @Test
    void aShelfThatWasCopiedWithPlainToolsIsAShelf() throws Exception {
        Path shelf = folder.resolve("shelf");
        publish(recipe("1", random(1 << 20)), shelf.toString());
        Path copied = folder.resolve("copied");
        Tool.run("cp", "-r", shelf.toString(), copied.toString());
        Path synchronised = folder.resolve("synchronised");
        Tool.run("rsync", "-a", shelf + "/", synchronised + "/");
        publish(recipe("2", random(2 << 20)), shelf.toString());
        // Over what was there, as a publisher does again and again.
        Tool.run("rsync", "-a", "--delete", shelf + "/", synchronised + "/");
        Command other = Command.over(folder.resolve("other"));
        for (Path each : List.of(copied, synchronised)) {
            other.run(PATIENCE, "pull", each + "/blob", "--yes").succeeded();
        }
        assertThat(other.run("releases", copied + "/blob").succeeded().output())
                .contains("1")
                .doesNotContain("2 ");
        assertThat(other.run("releases", synchronised + "/blob").succeeded().output())
                .contains("1", "2");
    }

    private void shutDown() throws Exception {
        try (GuestConsole console = GuestConsole.of(user, "tiny")) {
            console.type("umount /home; sync; poweroff -f");
            Waiting.until(
                    "the guest is off",
                    PATIENCE,
                    () -> "stopped".equals(user.listed("tiny").get("status")));
        }
    }

    private String ask(String line) throws Exception {
        try (GuestConsole console = GuestConsole.of(user, "tiny")) {
            return console.ask(line);
        }
    }

    @Test
    void aRegistryWithAPasswordIsAShelfForCosignAndOrasToo() throws Exception {
        Path place = Files.createDirectory(folder.resolve("registry"));
        try (RealServer registry = RealServer.registry(place)) {
            Path docker = Files.createDirectory(folder.resolve("docker"));
            String login =
                    Base64.getEncoder()
                            .encodeToString(
                                    (RealServer.USER + ":" + RealServer.PASSWORD)
                                            .getBytes(StandardCharsets.UTF_8));
            Files.writeString(
                    docker.resolve("config.json"),
                    "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(registry.host(), login));
            String shelf = registry.host() + "/acme";
            Path recipe = recipe("1.0", random(3_000_000));
            assertThat(publisher.run(PATIENCE, "publish", recipe.toString(), shelf).errors())
                    .contains("does not let you in", "docker login " + registry.host());
            publisher = publisher.with("DOCKER_CONFIG", docker.toString());
            user = user.with("DOCKER_CONFIG", docker.toString());
            String release = publish(recipe, shelf).get("release") + "";
            user.run(PATIENCE, "pull", shelf + "/blob:1.0", "--yes").succeeded();
            assertThat(user.run("search", shelf).succeeded().output()).contains("acme/blob");

            String said =
                    Tool.run(
                            "env",
                            "DOCKER_CONFIG=" + docker,
                            "HOME=" + folder,
                            TrixieProgram.cosign(),
                            "verify",
                            "--key",
                            publisher.home().resolve("keys/acme/channel.pub").toString(),
                            "--insecure-ignore-tlog=true",
                            "--allow-http-registry",
                            shelf + "/blob@" + release);
            assertThat(said).contains("signatures were verified").contains(release);
            copyWithOras(registry, docker.resolve("config.json"), release);
        }
    }

    /// The release goes to a folder of oras's making, whole and under its digest.
    private void copyWithOras(RealServer registry, Path login, String release) throws Exception {
        String blob = registry.host() + "/acme/blob";
        String manifest =
                Tool.run(
                        TrixieProgram.oras(),
                        "manifest",
                        "fetch",
                        "--plain-http",
                        "--registry-config=" + login,
                        blob + ":1.0");
        assertThat(Digest.of(manifest.getBytes(StandardCharsets.UTF_8)).text()).isEqualTo(release);
        Path copy = folder.resolve("copy");
        Tool.run(
                TrixieProgram.oras(),
                "copy",
                "--from-plain-http",
                "--from-registry-config=" + login,
                "--to-oci-layout",
                blob + ":1.0",
                copy + ":1.0");
        Path blobs = copy.resolve("blobs/sha256");
        assertThat(blobs.resolve(release.replace("sha256:", ""))).hasContent(manifest);
        JsonText text = JsonText.parse(manifest);
        List<JsonText> parts = new ArrayList<>(text.objects("layers"));
        parts.add(text.object("config"));
        assertThat(parts).hasSizeGreaterThan(2);
        for (JsonText part : parts) {
            Digest digest = new Digest(part.text("digest"));
            assertThat(Digest.of(blobs.resolve(digest.hex()))).isEqualTo(digest);
        }
    }

    @Test
    void whatWasCutGoesOnInAnotherProcess() throws Exception {
        Path shelf = folder.resolve("shelf");
        Map<String, Object> published = publish(recipe("1.0", random(48 << 20)), shelf.toString());
        long all = ((Number) published.get("firstFetchBytes")).longValue();
        Path served = Files.createDirectory(folder.resolve("nginx"));
        try (RealServer nginx = RealServer.nginx(served, shelf, "limit_rate 1m;")) {
            String reference = "http://" + nginx.host() + "/shelf/blob";
            user.run("subscribe", reference, "--yes").succeeded();
            Process pull = user.start("pull", reference);
            Path system = folder.resolve("user/appliances");
            Waiting.until("something has arrived", PATIENCE, () -> arrived(system) > 5 << 20);
            pull.descendants().forEach(ProcessHandle::destroyForcibly);
            pull.destroyForcibly().waitFor();
        }
        try (RealServer nginx = RealServer.nginx(served, shelf)) {
            // The shelf has moved, as a laptop does; what has arrived counts all the same.
            String reference = "http://" + nginx.host() + "/shelf/blob";
            String said = user.run(PATIENCE, "pull", reference, "--yes").succeeded().errors();
            long left = Long.parseLong(said.replaceAll("(?s).*: ([0-9]+) bytes.*", "$1"));
            assertThat(left).isPositive().isLessThan(all - (4 << 20));
        }
        try (Stream<Path> found = Files.walk(folder.resolve("user/appliances"))) {
            Path arrived = found.filter(f -> f.endsWith("system.raw")).findFirst().orElseThrow();
            assertThat(Files.mismatch(arrived, folder.resolve("blob-1.0/blob.raw"))).isEqualTo(-1);
        }
    }

    /// How many bytes of content the images that arrive have.
    private static long arrived(Path appliances) throws Exception {
        if (!Files.isDirectory(appliances)) {
            return 0;
        }
        String said = Tool.run(List.of(0, 1), "du", "-sB1", appliances.toString());
        return Long.parseLong(said.split("\\s", 2)[0]);
    }

    @Test
    void aCutPublishLeavesTheOldReleaseAndCanBeRepeated() throws Exception {
        Path shelf = folder.resolve("shelf");
        byte[] content = random(24 << 20);
        publish(recipe("1.0", content), shelf.toString());
        for (int at = 0; at < content.length; at += 100_000) {
            content[at]++;
        }
        Path next = recipe("1.1", content);
        Process publishing = publisher.start("publish", next.toString(), shelf.toString());
        Waiting.until(
                "new packs come to the shelf",
                PATIENCE,
                () -> !publishing.isAlive() || packs(shelf) > 1);
        publishing.descendants().forEach(ProcessHandle::destroyForcibly);
        publishing.destroyForcibly().waitFor();
        assertThat(user.run(PATIENCE, "pull", shelf + "/blob:1.0", "--yes").exitCode()).isZero();
        Object release = publish(next, shelf.toString()).get("release");
        Map<String, Object> again = publish(next, shelf.toString());
        assertThat(again).containsEntry("release", release);
        assertThat(((Number) again.get("uploadedBytes")).longValue()).isZero();
        // Two at once: one fetches, the other waits for it.
        Process one = user.start("pull", shelf + "/blob", "--json");
        assertThat(user.run(PATIENCE, "pull", shelf + "/blob", "--json").object())
                .containsEntry("version", "1.1");
        assertThat(Command.result(one, PATIENCE, "pull").object()).containsEntry("version", "1.1");
    }

    private static long packs(Path shelf) throws Exception {
        try (Stream<Path> blobs = Files.list(shelf.resolve("blobs/sha256"))) {
            return blobs.filter(blob -> blob.toFile().length() > 1 << 20).count();
        }
    }
}
