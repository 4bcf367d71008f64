package carryall.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// What a guest last said of its customisations, kept for when it does not run: a line with the
/// time, and the guest's own text after it. It may be deleted.
record ChangesFile(Path file) {
    /// More than that a guest may not say.
    static final int LONGEST = 1 << 20;

    private static final String ASKED = "asked ";

    Changes write(String said) throws IOException {
        Instant now = Instant.now();
        Changes changes;
        try {
            changes = Changes.parse(said, now);
        } catch (RuntimeException rubbish) {
            throw new IOException("the guest's answer is no list of changes", rubbish);
        }
        MachineFolder.writeWhole(file, ASKED + now + "\n" + said);
        return changes;
    }

    /// Empty if the guest never said, or if what it said cannot be read any more.
    Optional<Changes> read() throws IOException {
        try {
            if (Files.size(file) > LONGEST + 100) {
                return Optional.empty();
            }
            String text = Files.readString(file, StandardCharsets.UTF_8);
            int end = text.indexOf('\n');
            if (!text.startsWith(ASKED) || end < 0) {
                return Optional.empty();
            }
            return Optional.of(
                    Changes.parse(
                            text.substring(end + 1),
                            Instant.parse(text.substring(ASKED.length(), end))));
        } catch (NoSuchFileException neverAsked) {
            return Optional.empty();
        } catch (RuntimeException damaged) {
            return Optional.empty();
        }
    }

    void forget() throws IOException {
        Files.deleteIfExists(file);
    }
}
