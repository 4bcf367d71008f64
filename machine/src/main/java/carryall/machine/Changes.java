package carryall.machine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a user changed of a machine's system, as its guest says; `docs/formats/guest.md` has the
/// text. All of it is foreign.
///
/// @param asked when the guest said so
/// @param problem why the guest runs without the customisations; empty if it runs with them
/// @param takenBack which was the last taking back that the guest did; empty for none
/// @param files what does not belong to one of the packages
/// @param conflicts paths that the publisher changed too: the user's are in use, and beside each
///   lies the publisher's, with `.published` after its name
/// @param more how many files the guest left out of the list
public record Changes(
        Instant asked,
        Optional<String> problem,
        Optional<String> takenBack,
        List<PackageChange> packages,
        List<FileChange> files,
        List<String> conflicts,
        long more) {
    public Changes {
        packages = List.copyOf(packages);
        files = List.copyOf(files);
        conflicts = List.copyOf(conflicts);
    }

    /// What became of a package or file.
    public enum Kind {
        ADDED,
        CHANGED,
        REMOVED
    }

    /// A package of Debian, with all of its files that were changed.
    ///
    /// @param version as it is now; as published if it was removed
    public record PackageChange(Kind kind, String name, String version, long files, long bytes) {}

    /// A file.
    ///
    /// @param path absolute, from the root of the system
    /// @param bytes how much it takes now; 0 if it was removed
    public record FileChange(Kind kind, String path, long bytes) {}

    /// Whether the system is as published.
    public boolean isEmpty() {
        return packages.isEmpty() && files.isEmpty() && conflicts.isEmpty();
    }

    /// Reads what a guest said.
    ///
    /// @throws IllegalArgumentException if it is anything else
    static Changes parse(String text, Instant asked) {
        List<String> lines = text.lines().toList();
        if (lines.size() < 2
                || !lines.getFirst().equals("changes 1")
                || !text.endsWith("\nend\n")) {
            throw new IllegalArgumentException("no list of changes");
        }
        List<String> problems = new ArrayList<>();
        Optional<String> takenBack = Optional.empty();
        List<PackageChange> packages = new ArrayList<>();
        List<FileChange> files = new ArrayList<>();
        List<String> conflicts = new ArrayList<>();
        long more = 0;
        for (String line : lines.subList(1, lines.size() - 1)) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "mode" -> count(words, 2);
                case "problem" -> problems.add(line.substring(words[0].length()).strip());
                case "taken-back" -> takenBack = Optional.of(count(words, 2)[1]);
                case "package" ->
                        packages.add(
                                new PackageChange(
                                        kind(count(words, 6)[1]),
                                        plain(words[2]),
                                        plain(words[3]),
                                        number(words[4]),
                                        number(words[5])));
                case "conflict" -> conflicts.add(path(count(words, 2)[1]));
                case "more" -> more = number(count(words, 2)[1]);
                default ->
                        files.add(
                                new FileChange(
                                        kind(count(words, 3)[0]),
                                        path(words[1]),
                                        number(words[2])));
            }
        }
        return new Changes(
                asked,
                problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems)),
                takenBack,
                packages,
                files,
                conflicts,
                more);
    }

    private static String[] count(String[] words, int expected) {
        if (words.length != expected) {
            throw new IllegalArgumentException(
                    words.length + " words after " + words[0] + ", not " + expected);
        }
        return words;
    }

    private static Kind kind(String word) {
        return Kind.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private static long number(String word) {
        long number = Long.parseLong(word);
        if (number < 0) {
            throw new IllegalArgumentException(word);
        }
        return number;
    }

    private static String path(String word) {
        String path = plain(word);
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("'" + path + "' is no absolute path");
        }
        return path;
    }

    private static String plain(String word) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) == '%') {
                bytes.write(Integer.parseInt(word, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(word.charAt(i));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
