package carryall.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that another's server has, here QEMU's, read and written through FUSE.
final class NbdDeviceTest {
    private static final int MIB = 1 << 20;

    @TempDir private Path temp;

    @Test
    void whatIsWrittenThroughFuseIsOnTheServersDisk() throws Exception {
        Path disk = temp.resolve("disk.raw");
        Path socket = temp.resolve("nbd.sock");
        byte[] content = new byte[4 * MIB];
        new Random(6).nextBytes(content);
        Files.write(disk, content);
        Process server =
                new ProcessBuilder(
                                "qemu-nbd", "-f", "raw", "-x", "disk", "-k", socket + "", disk + "")
                        .redirectErrorStream(true)
                        .start();
        try {
            while (!Files.exists(socket) && server.isAlive()) {
                Thread.onSpinWait();
            }
            byte[] change = new byte[MIB + 12345];
            new Random(7).nextBytes(change);
            try (NbdDevice device = NbdDevice.connect(socket, "disk");
                    FuseMount mount =
                            FuseMount.mount(
                                    Files.createDirectory(temp.resolve("mount")),
                                    Map.of("disk", device))) {
                assertThat(device.size()).isEqualTo(content.length);
                assertThat(Files.readAllBytes(mount.file("disk"))).isEqualTo(content);
                try (FileChannel file =
                        FileChannel.open(
                                mount.file("disk"),
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE)) {
                    assertThat(file.write(ByteBuffer.wrap(change), 777)).isEqualTo(change.length);
                    assertThatThrownBy(() -> file.write(ByteBuffer.allocate(2), content.length - 1))
                            .isInstanceOf(IOException.class);
                    ByteBuffer read = ByteBuffer.allocate(change.length);
                    assertThat(file.read(read, 777)).isEqualTo(change.length);
                    assertThat(read.array()).isEqualTo(change);
                }
                device.flush();
            }
            System.arraycopy(change, 0, content, 777, change.length);
            assertThat(server.waitFor()).isZero();
            assertThat(Files.readAllBytes(disk)).startsWith(content);
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void whatIsNoServerIsRefused() throws Exception {
        Path socket = temp.resolve("odd.sock");
        Random random = new Random(6);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            for (int round = 0; round < 50; round++) {
                ByteBuffer said = ByteBuffer.allocate(100 + random.nextInt(100));
                random.nextBytes(said.array());
                if (round % 2 == 0) {
                    said.putLong(Protocol.GREETING).putLong(Protocol.OPTION).putShort((short) 3);
                    if (round % 4 == 0) {
                        said.putLong(Protocol.OPTION_REPLY).putInt(Protocol.OPT_GO);
                    }
                }
                said.clear();
                Thread odd =
                        Thread.ofPlatform()
                                .name("odd server")
                                .start(() -> {
                                    try (SocketChannel client = server.accept()) {
                                        client.write(said);
                                    } catch (IOException gone) {
                                        // The client is what is tested.
                                    }
                                });
                assertThatThrownBy(() -> NbdDevice.connect(socket, "disk"))
                        .isInstanceOf(IOException.class);
                odd.join();
            }
        }
    }
}
