package carryall.machine;

import carryall.folder.Grant;
import carryall.json.JsonText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The text form of the folders that a machine was granted: `docs/formats/machine.md`.
final class FoldersText {
    private static final long FORMAT = 1;
    static final int MOST = 16;

    private FoldersText() {}

    static String write(List<Grant> grants) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        List<Map<String, Object>> folders = new ArrayList<>();
        for (Grant grant : grants) {
            Map<String, Object> folder = new LinkedHashMap<>();
            folder.put("name", grant.name());
            folder.put("directory", grant.directory().toString());
            folder.put("access", word(grant.access()));
            folders.add(folder);
        }
        text.put("folders", folders);
        return JsonText.write(text) + "\n";
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws RuntimeException naming what is wrong
    static List<Grant> parse(String text) {
        JsonText object = JsonText.parse(text);
        if (object.number("format") != FORMAT) {
            throw new IllegalArgumentException("format is not " + FORMAT);
        }
        List<Grant> grants = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonText folder : object.objects("folders")) {
            Path directory = Path.of(folder.text("directory"));
            if (!directory.isAbsolute()) {
                throw new IllegalArgumentException(directory + " is not absolute");
            }
            Grant grant = new Grant(folder.text("name"), directory, access(folder.text("access")));
            folder.end();
            if (!names.add(grant.name())) {
                throw new IllegalArgumentException("two folders are " + grant.name());
            }
            grants.add(grant);
        }
        object.end();
        if (grants.size() > MOST) {
            throw new IllegalArgumentException("over " + MOST + " folders");
        }
        return grants;
    }

    static String word(Grant.Access access) {
        return switch (access) {
            case READ_ONLY -> "read-only";
            case READ_WRITE -> "read-write";
        };
    }

    static Grant.Access access(String word) {
        return switch (word) {
            case "read-only" -> Grant.Access.READ_ONLY;
            case "read-write" -> Grant.Access.READ_WRITE;
            default -> throw new IllegalArgumentException("access is " + word);
        };
    }
}
