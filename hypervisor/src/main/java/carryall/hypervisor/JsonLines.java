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
/// most 1 MiB long and 64 deep, and a string in it, for the parser's sake, at most 32,767
/// characters long. One thread reads; writing is guarded by this object.
final class JsonLines implements AutoCloseable {
    private static final int LONGEST_LINE = 1 << 20;
    private static final int DEEPEST = 64;
    private static final JsonType<Map<String, Object>> OBJECT =
            Jsonb.builder().serializeNulls(true).build().type(Object.class).map();

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

    /// Reads the next object. The byte 0xFF, which is in no UTF-8 text, throws away what came
    /// before it in its line: with it the guest's agent begins anew.
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
            } else if (next == 0xff) {
                line.reset();
            } else {
                if (line.size() >= LONGEST_LINE) {
                    throw new IOException("a line of over " + LONGEST_LINE + " bytes");
                }
                line.write(next);
            }
        }
    }

    static Map<String, Object> parse(String text) throws IOException {
        checkDepth(text);
        try {
            return OBJECT.fromJson(text);
        } catch (JsonException | ClassCastException | IllegalStateException rubbish) {
            throw new IOException("not a JSON object: " + rubbish.getMessage(), rubbish);
        }
    }

    /// An object as text in one line, in the map's own order.
    static String text(Map<String, Object> object) {
        return OBJECT.toJson(object);
    }

    /// The parser goes one call deeper for each bracket.
    private static void checkDepth(String text) throws IOException {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (quoted) {
                i += c == '\\' ? 1 : 0;
            } else if (c == '[' || c == '{') {
                depth++;
            } else if (c == ']' || c == '}') {
                depth--;
            }
            if (depth > DEEPEST) {
                throw new IOException("not a JSON object: over " + DEEPEST + " deep");
            }
        }
    }

    synchronized void write(Map<String, Object> object) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((text(object) + "\n").getBytes(StandardCharsets.UTF_8));
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
