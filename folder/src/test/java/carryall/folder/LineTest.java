package carryall.folder;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.folder.Grant.Access;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A guest reaches its folders over one stream of bytes, whatever was lost of that.
@Timeout(120)
final class LineTest {
    private static final int ROUNDS = 300;

    @TempDir(factory = InMemory.class)
    Path temporary;

    private Path folder;
    private FolderServer server;
    private SocketChannel hostEnd;
    private SocketChannel guestEnd;
    private Line line;
    private Thread running;
    private final Semaphore met = new Semaphore(0);
    private LineGuest guest;

    @BeforeEach
    void open() throws Exception {
        folder = Files.createDirectory(temporary.resolve("folder"));
        server = FolderServer.open(temporary.resolve("handles"), Served.GUEST);
        server.add(new Grant("drawings", folder, Access.READ_WRITE));
        connect();
    }

    private void connect() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(temporary.resolve("socket"));
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(address);
            guestEnd = SocketChannel.open(address);
            hostEnd = socket.accept();
        } finally {
            Files.delete(address.getPath());
        }
        line = Line.over(hostEnd, server, met::release);
        running = Thread.ofVirtual().start(line::run);
        guest = new LineGuest(guestEnd);
    }

    @AfterEach
    void close() throws Exception {
        line.close();
        running.join();
        guestEnd.close();
        server.close();
    }

    private void writesAndReads(int connection, String text) throws IOException {
        try (NfsClient client = new NfsClient(guest.open(connection), connection << 16)) {
            byte[] root = client.mount("/drawings");
            byte[] file = client.make(root, "file" + connection);
            assertThat(client.write(file, text)).isZero();
            assertThat(folder.resolve("file" + connection)).hasContent(text);
        }
        while (!(guest.hear() instanceof LineFrame.Close(int number) && number == connection)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aClientIsServedOnceBothEndsSaidTheSame() throws Exception {
        guest.answer();
        met.acquire();
        writesAndReads(1, "over a line");
        writesAndReads(2, "again");
    }

    @Test
    void whatWasSaidBeforeTheGreetingDoesNotCount() throws Exception {
        LineToken token = guest.greeted();
        guest.say(LineFrame.OPEN, 7, 0);
        guest.say(ByteBuffer.wrap(LineFrame.MAGIC));
        guest.say(LineGuest.plain(LineToken.fresh()));
        // Half of one that looks like it hides the beginning of the true one.
        guest.say(ByteBuffer.wrap(LineFrame.MAGIC));
        guest.say(ByteBuffer.wrap(new byte[5]));
        guest.say(LineGuest.plain(token));
        met.acquire();
        guest.say(LineFrame.CLOSE, 7, 0);
        writesAndReads(7, "after");
    }

    @Test
    void aGuestsEndThatBeginsAnewIsGreetedAnew() throws Exception {
        LineToken first = guest.answer();
        met.acquire();
        guest.open(3);
        // It ended in the midst of a frame.
        guest.say(LineFrame.head(LineFrame.DATA, 3, 1000));
        guest.say(LineFrame.greeting(LineToken.NONE));
        LineToken second = guest.answer();
        assertThat(second).isNotEqualTo(first);
        met.acquire();
        writesAndReads(3, "anew");
    }

    @Test
    void oneThatWentBeforeItAnsweredIsGreetedAgain() throws Exception {
        guest.greeted();
        guest.say(LineFrame.greeting(LineToken.NONE));
        guest.answer();
        met.acquire();
        writesAndReads(1, "greeted twice");
    }

    @Test
    void whoeverSaysMoreThanItMayBeginsAnew() throws Exception {
        guest.answer();
        assertThat(line.hold(Duration.ofMinutes(1))).isTrue();
        guest.open(1);
        for (int said = 0; said <= LineFrame.WINDOW_BYTES; said += LineFrame.MOST_BYTES) {
            ByteBuffer zeros = ByteBuffer.allocate(LineFrame.MOST_BYTES);
            guest.say(LineFrame.data(1, zeros, LineFrame.MOST_BYTES));
        }
        guest.answer();
        line.release();
        writesAndReads(1, "in its bounds");
    }

    @Test
    void connectionsBeyondTheMostAreClosedAndTheOthersGoOn() throws Exception {
        guest.answer();
        for (int i = 0; i < FolderServer.MOST_CONNECTIONS; i++) {
            guest.say(LineFrame.OPEN, i, 0);
        }
        guest.say(LineFrame.OPEN, 1000, 0);
        assertThat(guest.hear()).isEqualTo(new LineFrame.Close(1000));
        guest.say(LineFrame.CLOSE, 5, 0);
        assertThat(guest.hear()).isEqualTo(new LineFrame.Close(5));
        writesAndReads(5, "the place of another");
    }

    @Test
    void aRequestThatComesWhileTheLineIsHeldIsDoneLater() throws Exception {
        guest.answer();
        NfsClient client = new NfsClient(guest.open(1), 1);
        byte[] root = client.mount("/drawings");
        assertThat(line.hold(Duration.ofMinutes(1))).isTrue();
        CompletableFuture<Integer> made = new CompletableFuture<>();
        Thread asking =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                made.complete(client.makeDirectory(root, "made", 0755).status());
                            } catch (IOException failure) {
                                made.completeExceptionally(failure);
                            }
                        });
        assertThat(line.hold(Duration.ofMinutes(1))).isTrue();
        assertThat(folder.resolve("made")).doesNotExist();
        line.release();
        assertThat(made.join()).isZero();
        asking.join();
        assertThat(folder.resolve("made")).isDirectory();
    }

    @Test
    void anotherLineGoesOnWithTheSameServer() throws Exception {
        guest.answer();
        writesAndReads(1, "before");
        line.close();
        running.join();
        guestEnd.close();
        connect();
        // What the guest had half said comes first.
        guest.say(ByteBuffer.wrap(new byte[] {2, 0, 0}));
        guest.answer();
        writesAndReads(2, "after");
    }

    @Test
    void rubbishCostsBoundedMemoryAndEndsNothing() throws Exception {
        Random random = new Random(11);
        int threads = Thread.getAllStackTraces().size();
        Thread reading = Thread.ofVirtual().start(this::readAll);
        for (int round = 0; round < ROUNDS; round++) {
            ByteBuffer rubbish = ByteBuffer.allocate(1 + random.nextInt(100_000));
            random.nextBytes(rubbish.array());
            if (random.nextBoolean()) {
                // Such as may be taken for frames.
                for (int at = 0; at + 8 < rubbish.capacity(); at += 8 + random.nextInt(3) * 8) {
                    rubbish.putInt(at, (1 + random.nextInt(4)) << 24 | random.nextInt(20));
                    rubbish.putInt(at + 4, random.nextInt(64));
                }
            }
            guest.say(rubbish);
            if (round % 10 == 0) {
                guest.say(LineFrame.greeting(LineToken.NONE));
            }
        }
        assertThat(Thread.getAllStackTraces().size()).isLessThan(threads + 40);
        guestEnd.close();
        reading.join();
        running.join();
        connect();
        guest.answer();
        writesAndReads(1, "after all that");
    }

    private void readAll() {
        try {
            LineToken last = LineToken.NONE;
            while (true) {
                try {
                    if (guest.hear() instanceof LineFrame.Greeting(LineToken token)
                            && !token.equals(last)) {
                        last = token;
                        guestEnd.write(LineGuest.plain(token));
                    }
                } catch (java.net.ProtocolException neverFromTheHost) {
                    throw new AssertionError(neverFromTheHost);
                }
            }
        } catch (IOException closed) {
            // The test went on.
        }
    }
}
