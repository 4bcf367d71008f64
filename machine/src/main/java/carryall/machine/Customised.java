package carryall.machine;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/// That a machine may have customisations: files on its personal disk that lie over its system. The
/// guest puts them there, and takes back what the host asks for, when it boots; the words of the
/// kernel command line that ask for it are in `docs/formats/guest.md`.
///
/// @param takeBack what the next boot takes back; empty once a guest said that it is done
record Customised(Optional<TakeBack> takeBack) {
    /// Nothing is to be taken back.
    static final Customised KEPT = new Customised(Optional.empty());

    /// What a machine has that never was customised: what lies in the layer's place is no change
    /// that the user made on purpose.
    static Customised begun() {
        return KEPT.takingBack(List.of());
    }

    /// Customisations that are taken back.
    ///
    /// @param id 16 hexadecimal digits by chance: a guest does each once, and cannot tell before
    /// @param paths absolute; empty for all customisations
    record TakeBack(String id, List<String> paths) {
        private static final int LONGEST = 1000;

        TakeBack {
            if (!id.matches("[0-9a-f]{16}")) {
                throw new IllegalArgumentException("take back " + id);
            }
            paths = List.copyOf(new TreeSet<>(paths));
        }

        /// One that no guest has done.
        static TakeBack of(List<String> paths) {
            return new TakeBack(UUID.randomUUID().toString().replace("-", "").substring(16), paths);
        }

        /// How it stands on the kernel command line.
        String word() {
            return id
                    + ":"
                    + (paths.isEmpty()
                            ? "all"
                            : paths.stream()
                                    .map(TakeBack::escaped)
                                    .collect(Collectors.joining(",")));
        }

        /// Whether a kernel command line has room for it.
        boolean isShort() {
            return word().length() <= LONGEST;
        }

        private static String escaped(String path) {
            StringBuilder escaped = new StringBuilder();
            for (byte each : path.getBytes(StandardCharsets.UTF_8)) {
                char character = (char) (each & 0xff);
                boolean isPlain =
                        (character >= 'a' && character <= 'z')
                                || (character >= 'A' && character <= 'Z')
                                || (character >= '0' && character <= '9')
                                || "/._-".indexOf(character) >= 0;
                escaped.append(isPlain ? "" + character : "%%%02x".formatted((int) character));
            }
            return escaped.toString();
        }
    }

    /// How much of the customisations a guest sees.
    enum Layer {
        /// Nothing: the system is the publisher's, and the scratch lies over it.
        NONE,
        /// All, between the publisher's system and the scratch.
        KEPT,
        /// The same without a scratch: what is changed is customised.
        WRITABLE
    }

    /// The same, and that is taken back too.
    ///
    /// @param more absolute paths; empty for all customisations
    Customised takingBack(List<String> more) {
        boolean isAll = more.isEmpty() || takeBack.filter(one -> one.paths().isEmpty()).isPresent();
        TreeSet<String> paths = new TreeSet<>(more);
        takeBack.ifPresent(before -> paths.addAll(before.paths()));
        return new Customised(Optional.of(TakeBack.of(isAll ? List.of() : List.copyOf(paths))));
    }

    /// What a guest is told on its kernel command line.
    static String words(Layer layer, Optional<Customised> customised, Digest release) {
        if (layer == Layer.NONE) {
            return "";
        }
        return " carryall.system="
                + (layer == Layer.WRITABLE ? "customise" : "kept")
                + " carryall.release="
                + release.hex().substring(0, 16)
                + customised
                        .flatMap(Customised::takeBack)
                        .map(back -> " carryall.takeback=" + back.word())
                        .orElse("");
    }

    Map<String, Object> text() {
        Map<String, Object> text = new LinkedHashMap<>();
        takeBack.ifPresent(back -> {
            Map<String, Object> what = new LinkedHashMap<>();
            what.put("id", back.id());
            what.put("paths", back.paths());
            text.put("takeBack", what);
        });
        return text;
    }

    static Customised parse(JsonText object) {
        Optional<TakeBack> back = object.optionalObject("takeBack").map(Customised::takeBack);
        object.end();
        return new Customised(back);
    }

    private static TakeBack takeBack(JsonText object) {
        TakeBack back = new TakeBack(object.text("id"), object.texts("paths"));
        object.end();
        return back;
    }
}
