package carryall.machine;

import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A text of one line with its digest on the next: a file that is not what was written is noticed.
final class CheckedText {
    private static final int LARGEST = 1 << 20;

    private CheckedText() {}

    static void write(Path file, String line) throws IOException {
        MachineFolder.writeWhole(file, line + "\n" + digest(line) + "\n");
    }

    /// The line.
    ///
    /// @throws IllegalArgumentException if the digest is another
    static String read(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IllegalArgumentException("over 1 MiB long");
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        String line = end < 0 ? text : text.substring(0, end);
        if (!text.equals(line + "\n" + digest(line) + "\n")) {
            throw new IllegalArgumentException("its digest is another");
        }
        return line;
    }

    private static Digest digest(String line) {
        return Digest.of(line.getBytes(StandardCharsets.UTF_8));
    }
}
