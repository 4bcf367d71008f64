package carryall.transport;

import carryall.crypto.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// An answer whose body has not been read. It is foreign: nothing in it is believed.
///
/// @param location the shelf
/// @param uri who answered, after redirects
/// @param body of any length; closed with this
record Answer(String location, URI uri, int status, HttpHeaders headers, InputStream body)
        implements AutoCloseable {
    private static final int LONGEST_WORDS = 4 << 10;

    /// Goes on only with a status.
    Answer expect(int wanted, String what) throws TransportException {
        if (status == wanted) {
            return this;
        }
        close();
        throw switch (status) {
            case 401, 403 ->
                    new TransportException.Unauthorized(
                            location, "it answered " + status + " when asked for " + what);
            case 404 -> new TransportException.Missing(location, what);
            case 413 ->
                    new TransportException.Refused(location, "takes nothing as large as " + what);
            case 416 ->
                    new TransportException.Damaged(
                            location, what, "it is shorter than it should be (416)");
            default ->
                    new TransportException.Refused(
                            location, "answered " + status + " when asked for " + what);
        };
    }

    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /// A type without its parameters, in lower case.
    Optional<String> type() {
        return header("Content-Type")
                .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
    }

    /// Whether a word is in the first bytes of the body, of which nothing is left then.
    boolean says(String word) {
        try {
            return new String(body.readNBytes(LONGEST_WORDS), StandardCharsets.US_ASCII)
                    .contains(word);
        } catch (IOException cut) {
            return false;
        }
    }

    /// A page instead of content: a login, a hotel's network, a mistake page with 200.
    void refusePages(String what) throws TransportException {
        if (type().equals(Optional.of("text/html"))) {
            close();
            throw new TransportException.Damaged(
                    location, what, "a web page (text/html) came instead");
        }
    }

    /// The whole body.
    ///
    /// @throws Passing if it was cut
    byte[] bytes(String what, long largest) throws TransportException, Passing {
        checkPlain(what);
        long said = headers.firstValueAsLong("Content-Length").orElse(0);
        if (said > largest) {
            throw tooLong(what, largest);
        }
        try {
            byte[] bytes = body.readNBytes((int) largest + 1);
            if (bytes.length > largest) {
                throw tooLong(what, largest);
            }
            return bytes;
        } catch (TransportException known) {
            throw known;
        } catch (IOException cut) {
            throw new Passing(new TransportException.Unreachable(location, cut));
        } finally {
            close();
        }
    }

    private TransportException tooLong(String what, long largest) {
        close();
        return new TransportException.Damaged(
                location, what, "it has more than " + largest + " bytes");
    }

    private void checkPlain(String what) throws TransportException {
        Optional<String> coding = header("Content-Encoding");
        if (coding.isPresent() && !coding.get().equalsIgnoreCase("identity")) {
            close();
            throw new TransportException.Damaged(location, what, "it came compressed");
        }
    }

    /// The body of an answer to a range, or to a whole blob if `offset` is 0.
    InputStream range(Digest digest, long size, long offset, long length)
            throws TransportException {
        checkPlain(digest.text());
        if (status == 200 && length < size) {
            refusePages(digest.text());
            close();
            throw new TransportException.Refused(
                    location, "sends all of a file (200) when asked for a part: it has no ranges");
        }
        expect(length < size ? 206 : 200, digest.text());
        if (status == 206) {
            String wanted = "bytes " + offset + "-" + (offset + length - 1) + "/" + size;
            String found = header("Content-Range").orElse("none");
            if (!found.equals(wanted)) {
                close();
                throw new TransportException.Damaged(
                        location, digest, "another range came than " + wanted);
            }
        }
        long said = headers.firstValueAsLong("Content-Length").orElse(length);
        if (said != length) {
            refusePages(digest.text());
            close();
            throw Sizes.wrongSize(location, digest, length, said);
        }
        return new ExactAnswer(location, digest, body, length);
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException ignored) {
            // Nothing was left to be read.
        }
    }
}
