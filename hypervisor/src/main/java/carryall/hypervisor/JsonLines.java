package carryall.hypervisor;

import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// A conversation in lines of JSON objects over a unix socket, with a foreign peer: a line is at
/// most 1 MiB long. One thread reads; writing is guarded by this object.
final class JsonLines implements AutoCloseable {
    private static final int LONGEST_LINE = 1 << 20;
    private static final JsonType<Map<String, Object>> OBJECT =
            Jsonb.builder().build().type(Object.class).map();

    private final SocketChannel channel;
    private final InputStream input;

    private JsonLines(SocketChannel channel) {
        this.channel = channel;
        this.input = new BufferedInputStream(Channels.newInputStream(channel));
    }

    static JsonLines connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
        return new JsonLines(channel);
    }

    /// Reads the next object; skips what is no object in between, such as the agent's 0xFF.
    ///
    /// @throws IOException if the line ended, is too long, or is no JSON object
    Map<String, Object> read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int next = input.read();
            if (next < 0) {
                throw new IOException("the peer closed the conversation");
            }
            if (next == '\n') {
                String text = line.toString(StandardCharsets.UTF_8).strip();
                if (!text.isEmpty()) {
                    return parse(text);
                }
                line.reset();
            } else if (next != 0xff) {
                if (line.size() >= LONGEST_LINE) {
                    throw new IOException("a line of over " + LONGEST_LINE + " bytes");
                }
                line.write(next);
            }
        }
    }

    private static Map<String, Object> parse(String text) throws IOException {
        try {
            return OBJECT.fromJson(text);
        } catch (JsonException | ClassCastException | IllegalStateException rubbish) {
            throw new IOException("not a JSON object: " + rubbish.getMessage(), rubbish);
        }
    }

    synchronized void write(Map<String, Object> object) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.wrap((OBJECT.toJson(object) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // Nothing is lost: the conversation is over either way.
        }
    }
}
