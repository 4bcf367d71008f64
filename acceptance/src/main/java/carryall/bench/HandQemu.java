package carryall.bench;

import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The words that start the guest of one of Carryall's machines under QEMU alone, as somebody would
/// type them who has no Carryall: the same devices, but no jail, no sandbox, no keeper, and the
/// parts where a peer has them.
///
/// @param own the words of Carryall's own QEMU
/// @param folder where sockets and new layers go; absolute, short
record HandQemu(List<String> own, Path folder) {
    HandQemu {
        own = List.copyOf(own);
    }

    /// Where a peer has an appliance's part.
    interface Places {
        /// The node that QEMU reads a part through, without its name.
        Map<String, Object> node(String part);
    }

    /// A part that is a file.
    static Map<String, Object> file(Path file) {
        return Map.of("driver", "file", "filename", file.toString());
    }

    /// A part that is behind a socket of an NBD server's.
    static Map<String, Object> nbd(Path socket) {
        return Map.of("driver", "nbd", "server", Map.of("type", "unix", "path", socket.toString()));
    }

    /// How the guest begins.
    sealed interface Begin {
        /// Anew.
        record Boot(Path kernel, Path initrd) implements Begin {}

        /// Where it was saved. Its kernel is in its memory.
        ///
        /// @param memory mapped copy-on-write: what is written to it stays in QEMU
        /// @param devices a command that prints the devices
        record Resume(Path memory, String devices) implements Begin {}
    }

    /// All words. Layers that are written to are new; [#newLayers] says which.
    List<String> words(Places places, Begin begin) throws IOException {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < own.size(); i++) {
            String word = own.get(i);
            switch (word) {
                case "-S" -> {}
                case "-sandbox", "-incoming" -> i++;
                case "-object" -> {
                    words.add(word);
                    words.add(memory(own.get(++i), begin));
                }
                case "-kernel", "-initrd", "-append" -> {
                    i++;
                    if (begin instanceof Begin.Boot boot) {
                        words.add(word);
                        words.add(
                                switch (word) {
                                    case "-kernel" -> boot.kernel().toString();
                                    case "-initrd" -> boot.initrd().toString();
                                    default -> own.get(i);
                                });
                    }
                }
                case "-blockdev" -> {
                    words.add(word);
                    words.add(disk(own.get(++i), places));
                }
                default -> words.add(word.replace(sockets(), folder.toString()));
            }
        }
        if (begin instanceof Begin.Resume resume) {
            words.addAll(List.of("-incoming", "exec:" + resume.devices()));
        }
        return words;
    }

    private static String memory(String object, Begin begin) {
        String[] parts = object.split(",", -1);
        String named = "";
        for (String part : parts) {
            if (part.startsWith("id=") || part.startsWith("size=")) {
                named += "," + part;
            }
        }
        return switch (begin) {
            case Begin.Boot _ -> "memory-backend-ram" + named;
            case Begin.Resume resume ->
                    "memory-backend-file" + named + ",share=off,mem-path=" + resume.memory();
        };
    }

    private String disk(String word, Places places) {
        JsonText node = JsonText.parse(word);
        JsonText file = node.object("file");
        Path was = Path.of(file.text("filename"));
        boolean isTop = isTop(node);
        Map<String, Object> place =
                new LinkedHashMap<>(
                        isTop ? file(top(node)) : places.node(String.valueOf(was.getFileName())));
        place.put("node-name", file.text("node-name"));
        place.put("read-only", !isTop);
        Map<String, Object> disk = new LinkedHashMap<>();
        disk.put("driver", node.text("driver"));
        disk.put("node-name", node.text("node-name"));
        disk.put("read-only", !isTop);
        disk.put("file", place);
        node.optionalText("backing").ifPresent(under -> disk.put("backing", under));
        return JsonText.write(disk);
    }

    private Path top(JsonText node) {
        return folder.resolve(node.text("node-name") + ".qcow2");
    }

    /// What is written to lies over all else, and what lies under it is not.
    private boolean isTop(JsonText node) {
        return node.text("driver").equals("qcow2")
                && own.stream()
                        .filter(word -> word.startsWith("{") && word.contains("\"backing\""))
                        .map(JsonText::parse)
                        .noneMatch(other ->
                                other.optionalText("backing")
                                        .equals(Optional.of(node.text("node-name"))));
    }

    /// Makes the layers that are written to, which is part of no figure.
    ///
    /// @param appliance whose disks they lie over
    void newLayers(Path appliance) throws IOException, InterruptedException {
        for (String word : own) {
            if (!word.startsWith("{") || !word.contains("\"filename\"")) {
                continue;
            }
            JsonText node = JsonText.parse(word);
            if (isTop(node)) {
                String disk = node.text("node-name").contains("personal") ? "personal" : "system";
                long bytes = java.nio.file.Files.size(appliance.resolve(disk + ".raw"));
                Run.of(
                        List.of(
                                "qemu-img",
                                "create",
                                "-q",
                                "-f",
                                "qcow2",
                                top(node).toString(),
                                Long.toString(bytes)),
                        folder);
            }
        }
    }

    /// The folder of Carryall's own sockets.
    private String sockets() {
        String vnc = vncOf(own).toString();
        return vnc.substring(0, vnc.lastIndexOf('/'));
    }

    /// Where a machine's window is.
    ///
    /// @param words of its QEMU
    static Path vncOf(List<String> words) {
        String socket = words.get(words.indexOf("-vnc") + 1).split(",", 2)[0];
        return Path.of(socket.substring("unix:".length()));
    }

    Path vnc() {
        return folder.resolve("vnc.sock");
    }
}
