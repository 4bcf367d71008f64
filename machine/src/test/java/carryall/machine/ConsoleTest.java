package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ConsoleTest {
    @TempDir private Path folder;

    private ServerSocketChannel port;
    private SocketChannel guest;
    private Console console;
    private RuntimeFolder runtime;

    @BeforeEach
    void relay() throws IOException {
        Path serial = folder.resolve("serial");
        port = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        port.bind(UnixDomainSocketAddress.of(serial));
        runtime = new RuntimeFolder(folder);
        console = Console.relay(serial, runtime, folder.resolve("log"));
        guest = port.accept();
    }

    @AfterEach
    void close() throws IOException {
        console.close();
        guest.close();
        port.close();
    }

    private SocketChannel look() throws Exception {
        SocketChannel looker =
                SocketChannel.open(UnixDomainSocketAddress.of(runtime.consoleSocket()));
        // What is typed has gone through once the looker is known.
        looker.write(ByteBuffer.wrap(new byte[] {'x'}));
        guest.read(ByteBuffer.allocate(1));
        return looker;
    }

    private void say(int bytes, int atOnce) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(atOnce);
        for (int said = 0; said < bytes; said += atOnce) {
            piece.clear();
            while (piece.hasRemaining()) {
                guest.write(piece);
            }
        }
    }

    private static long readToEnd(SocketChannel looker) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        long all = 0;
        int read = looker.read(buffer.clear());
        while (read >= 0) {
            all += read;
            read = looker.read(buffer.clear());
        }
        return all;
    }

    @Test
    void anotherOneOfTheSameRunTakesItsPlace() throws Exception {
        console.close();
        guest.close();
        console = Console.relay(folder.resolve("serial"), runtime, folder.resolve("log"));
        guest = port.accept();
        look().close();
    }

    @Test
    void whoReadsLateMissesNothingThatAGuestSaysByteByByte() throws Exception {
        int bytes = 100_000;
        try (SocketChannel looker = look()) {
            say(bytes, 1);
            ByteBuffer all = ByteBuffer.allocate(bytes);
            while (all.hasRemaining()) {
                assertThat(looker.read(all)).isPositive();
            }
        }
    }

    @Test
    void whoNeverReadsIsDroppedAndTheLogGoesOn() throws Exception {
        int bytes = 6 * Console.MOST / 4;
        try (SocketChannel looker = look()) {
            say(bytes, 1 << 12);
            while (Files.size(folder.resolve("log")) < bytes) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(readToEnd(looker)).isLessThan(bytes);
        }
    }
}
