package carryall.machine;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads what `debugfs -f -` says, one character a byte. It echoes each command, and a file's name
/// stands as it is between two slashes, line feeds and all; as no name has a slash, nothing that a
/// guest names a file is taken for anything else. What does not fit is left out: a directory that
/// is damaged shows what is sound in it.
final class DebugfsText {
    private static final String LIST = "debugfs: ls -p <";
    private static final String DUMP = "debugfs: inode_dump <";
    private static final int FIELDS = 6;
    private static final int GROUPS_AT = 2;
    private static final int LINE_BYTES = 16;

    private final String text;
    private int at;

    private DebugfsText(String text) {
        this.text = text;
    }

    /// A name in a folder, and which file it names.
    record Child(GuestName name, long inode, GuestFile.Kind kind) {}

    static String listing(long folder) {
        return "ls -p <" + folder + ">\n";
    }

    static String dump(long inode) {
        return "inode_dump <" + inode + ">\n";
    }

    /// What folders hold, by their inodes, as `ls -p` says. Those that could not be read are
    /// missing: of a folder at least it itself is said.
    static Map<Long, List<Child>> children(String output) {
        DebugfsText reader = new DebugfsText(output);
        Map<Long, List<Child>> folders = new LinkedHashMap<>();
        Optional<Long> folder = Optional.empty();
        while (reader.at < output.length()) {
            Optional<Long> echoed = reader.echo(LIST);
            if (echoed.isPresent()) {
                folder = echoed;
            } else {
                Optional<Named> named = reader.named();
                if (named.isPresent() && folder.isPresent()) {
                    List<Child> children =
                            folders.computeIfAbsent(folder.get(), _ -> new ArrayList<>());
                    named.get().child().ifPresent(children::add);
                }
            }
        }
        return folders;
    }

    /// A line of a folder.
    ///
    /// @param child empty if the name leads elsewhere, as `.` does
    private record Named(Optional<Child> child) {}

    /// What inodes hold, as `inode_dump` says.
    static Map<Long, Inode> inodes(String output) {
        DebugfsText reader = new DebugfsText(output);
        Map<Long, Inode> inodes = new LinkedHashMap<>();
        while (reader.at < output.length()) {
            Optional<Long> echoed = reader.echo(DUMP);
            if (echoed.isPresent()) {
                reader.bytes().ifPresent(bytes -> inodes.put(echoed.get(), Inode.of(bytes)));
            } else {
                reader.line();
            }
        }
        return inodes;
    }

    /// The number in an echoed command, if one stands here.
    private Optional<Long> echo(String command) {
        if (!text.startsWith(command, at)) {
            return Optional.empty();
        }
        String line = line();
        return number(line.substring(command.length()).replaceFirst(">.*", ""), 10);
    }

    private Optional<Named> named() {
        if (!text.startsWith("/", at)) {
            line();
            return Optional.empty();
        }
        int end = at;
        List<String> fields = new ArrayList<>();
        for (int field = 0; field < FIELDS; field++) {
            int next = text.indexOf('/', end + 1);
            if (next < 0) {
                line();
                return Optional.empty();
            }
            fields.add(text.substring(end + 1, next));
            end = next;
        }
        Optional<Long> inode = number(fields.get(0), 10);
        Optional<Long> mode = number(fields.get(1), 8);
        boolean isRecord =
                inode.isPresent()
                        && mode.isPresent()
                        && (fields.get(5).isEmpty() || number(fields.get(5), 10).isPresent())
                        && text.startsWith("/\n", end);
        if (!isRecord) {
            line();
            return Optional.empty();
        }
        at = end + 2;
        String name = fields.get(4);
        return Optional.of(
                new Named(
                        inode.get() > 0 && GuestName.isName(name)
                                ? Optional.of(
                                        new Child(
                                                new GuestName(name),
                                                inode.get(),
                                                Inode.kind(mode.get())))
                                : Optional.empty()));
    }

    private Optional<byte[]> bytes() {
        byte[] bytes = new byte[Inode.BYTES];
        byte[] last = new byte[0];
        int filled = 0;
        while (at < text.length() && filled < bytes.length) {
            char first = text.charAt(at);
            if (first == '*') {
                line();
                continue;
            }
            if (first < '0' || first > '7') {
                break;
            }
            String line = line();
            int space = line.indexOf(' ');
            Optional<Long> offset = number(line.substring(0, Math.max(0, space)), 8);
            Optional<byte[]> these = hex(line, space + GROUPS_AT);
            if (offset.isEmpty() || these.isEmpty() || offset.get() < filled) {
                return Optional.empty();
            }
            while (filled < offset.get() && filled < bytes.length && last.length > 0) {
                filled = put(last, bytes, filled);
            }
            last = these.get();
            filled = put(last, bytes, filled);
        }
        while (filled < bytes.length && last.length > 0) {
            filled = put(last, bytes, filled);
        }
        return filled == bytes.length ? Optional.of(bytes) : Optional.empty();
    }

    private static int put(byte[] line, byte[] into, int at) {
        int length = Math.min(line.length, into.length - at);
        System.arraycopy(line, 0, into, at, length);
        return at + length;
    }

    /// Eight groups of four digits, each the next two bytes.
    private static Optional<byte[]> hex(String line, int from) {
        int end = from + LINE_BYTES * 5 / 2 - 1;
        if (line.length() < end) {
            return Optional.empty();
        }
        String digits = line.substring(from, end).replace(" ", "");
        if (digits.length() != 2 * LINE_BYTES || !digits.matches("[0-9a-f]*")) {
            return Optional.empty();
        }
        return Optional.of(HexFormat.of().parseHex(digits));
    }

    /// Takes the rest of this line.
    private String line() {
        int end = text.indexOf('\n', at);
        int stop = end < 0 ? text.length() : end;
        String line = text.substring(at, stop);
        at = end < 0 ? text.length() : end + 1;
        return line;
    }

    private static Optional<Long> number(String digits, int radix) {
        return digits.matches("[0-9]{1,18}")
                        && (radix == 10 || digits.chars().allMatch(c -> c < '8'))
                ? Optional.of(Long.parseLong(digits, radix))
                : Optional.empty();
    }
}
