package carryall.folder;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.folder.Grant.Access;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// libnfs, which knows nothing of us, as the client. It speaks TCP, so that this test listens.
@Timeout(120)
final class ForeignClientTest {
    @TempDir Path temporary;
    private Path folder;
    private Served served;
    private ServerSocketChannel socket;
    private Thread accepting;

    @BeforeEach
    void open() throws Exception {
        folder = Files.createDirectory(temporary.resolve("folder"));
        served = Served.open(temporary, folder, Access.READ_WRITE);
        socket = ServerSocketChannel.open();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        accepting = Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                served.serve(socket.accept());
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    @AfterEach
    void close() throws Exception {
        socket.close();
        accepting.join();
        served.close();
    }

    private String address(String path) throws IOException {
        int port = ((InetSocketAddress) socket.getLocalAddress()).getPort();
        return "nfs://127.0.0.1/drawings" + path + "?nfsport=" + port + "&mountport=" + port;
    }

    private String run(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = String.join("\n", process.inputReader().lines().toList());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    @Test
    void itListsAFolder() throws Exception {
        List<String> names = new ArrayList<>();
        Files.createDirectories(folder.resolve("plans/old"));
        for (int i = 0; i < 300; i++) {
            names.add("drawing " + i + ".dxf");
            Files.createFile(folder.resolve("plans").resolve(names.getLast()));
        }
        String said = run("nfs-ls", "-R", address("/plans"));
        assertThat(said).contains("old");
        for (String name : names) {
            assertThat(said).contains(name);
        }
    }

    @Test
    void whatItCopiesInAndOutIsTheSame() throws Exception {
        byte[] content = new byte[5_000_000];
        new Random(1).nextBytes(content);
        Path source = Files.write(temporary.resolve("source"), content);
        run("nfs-cp", source.toString(), address("/copy"));
        assertThat(folder.resolve("copy")).hasBinaryContent(content);
        run("nfs-cp", address("/copy"), temporary.resolve("back").toString());
        assertThat(temporary.resolve("back")).hasBinaryContent(content);
    }

    @Test
    void itReadsAFile() throws Exception {
        Files.createDirectory(folder.resolve("d"));
        Files.writeString(folder.resolve("d/a"), "a line of text");
        assertThat(run("nfs-cat", address("/d/a"))).isEqualTo("a line of text");
    }
}
