package carryall.release;

import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Where what is missing of an arriving appliance is fetched from. It lies beside the parts, so
/// that a keeper can go on with what a verb began.
///
/// @param shelf which shelf
/// @param app the repository there
/// @param settings how the shelf is reached
public record Source(Reference.ShelfAddress shelf, String app, Subscription.Settings settings) {
    static final String FILE = "source.json";
    private static final long FORMAT = 1;
    private static final int LARGEST = 1 << 16;

    private String text() {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("shelf", shelf.text());
        text.put("app", app);
        settings.ca().ifPresent(ca -> text.put("ca", ca.toAbsolutePath().toString()));
        if (settings.plainHttp() == Subscription.Transport.PLAIN_ALLOWED) {
            text.put("transport", "plain");
        }
        return JsonText.write(text) + "\n";
    }

    /// Writes it as a whole into an appliance's folder, in place of what was said before.
    void write(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        Path beside = folder.resolve(FILE + "." + UUID.randomUUID());
        Files.writeString(beside, text());
        Files.move(
                beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Reads it from an appliance's folder.
    ///
    /// @return empty if nothing says so, or nothing that can be read
    static Optional<Source> read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        try {
            if (Files.size(file) > LARGEST) {
                return Optional.empty();
            }
            JsonText text = JsonText.parse(Files.readString(file));
            if (text.number("format") != FORMAT) {
                return Optional.empty();
            }
            return Optional.of(
                    new Source(
                            Reference.ShelfAddress.parse(text.text("shelf")),
                            text.text("app"),
                            new Subscription.Settings(
                                    text.optionalText("ca").map(Path::of),
                                    text.optionalText("transport").isPresent()
                                            ? Subscription.Transport.PLAIN_ALLOWED
                                            : Subscription.Transport.TLS)));
        } catch (NoSuchFileException | IllegalArgumentException nothing) {
            return Optional.empty();
        }
    }
}
