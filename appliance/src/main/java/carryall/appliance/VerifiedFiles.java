package carryall.appliance;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// Remembers which files of a folder were read whole and had which digest, by their size and time
/// of change: a file that has neither changed is not read again. One thread.
public final class VerifiedFiles {
    private static final String NAME = "verified.json";
    private static final int LARGEST = 1 << 20;

    private final Path memory;
    private final Map<String, Seen> seen = new HashMap<>();

    private record Seen(Digest digest, long sizeBytes, String changed) {}

    /// Over a folder, in which it keeps a file of its own.
    public VerifiedFiles(Path folder) {
        this.memory = folder.resolve(NAME);
        try {
            if (Files.size(memory) <= LARGEST) {
                JsonText all = JsonText.parse(Files.readString(memory));
                for (String name : all.keys()) {
                    JsonText one = all.object(name);
                    seen.put(
                            name,
                            new Seen(
                                    new Digest(one.text("digest")),
                                    one.number("sizeBytes"),
                                    one.text("changed")));
                }
            }
        } catch (IOException | RuntimeException nothingToRemember) {
            seen.clear();
        }
    }

    /// Whether a file has a digest; reads it only if it was not read since it changed last.
    public boolean has(Path file, Digest digest) throws IOException {
        Seen before = seen.get(file.getFileName().toString());
        if (before != null && before.equals(seen(file, digest))) {
            return true;
        }
        return digest(file).equals(digest);
    }

    /// The digest of a file, read only if it was not read since it changed last.
    public Digest digestOnce(Path file) throws IOException {
        Seen before = seen.get(file.getFileName().toString());
        return before != null && before.equals(seen(file, before.digest()))
                ? before.digest()
                : digest(file);
    }

    /// Whether a file is known to have a digest; reads nothing.
    public boolean knows(Path file, Digest digest) throws IOException {
        Seen before = seen.get(file.getFileName().toString());
        return before != null && before.equals(seen(file, digest));
    }

    /// Takes a file's digest for known: every part of it was checked when it was written.
    public void believe(Path file, Digest digest) throws IOException {
        seen.put(file.getFileName().toString(), seen(file, digest));
        remember();
    }

    /// The digest of a file, read now and remembered.
    public Digest digest(Path file) throws IOException {
        Seen before = seen(file, new Digest("sha256:" + "0".repeat(64)));
        Digest digest = Digest.of(file);
        Seen after = seen(file, digest);
        if (after.changed().equals(before.changed())) {
            seen.put(file.getFileName().toString(), after);
            remember();
        }
        return digest;
    }

    private static Seen seen(Path file, Digest digest) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new Seen(digest, now.size(), now.lastModifiedTime().toInstant().toString());
    }

    private void remember() {
        Map<String, Object> all = new TreeMap<>();
        seen.forEach((name, one) -> {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("digest", one.digest().text());
            object.put("sizeBytes", one.sizeBytes());
            object.put("changed", one.changed());
            all.put(name, object);
        });
        try {
            Path beside = memory.resolveSibling(NAME + "." + UUID.randomUUID());
            Files.writeString(beside, JsonText.write(all));
            Files.move(beside, memory, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException readAgainNextTime) {
            // Nothing depends on it but time.
        }
    }
}
