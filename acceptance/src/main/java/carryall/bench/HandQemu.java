package carryall.bench;

import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
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

    private static final long GLANCE_MILLIS = 5;

    /// What Carryall adds to the name of a part that a machine has a copy of.
    private static final String COPY = "-[0-9a-f]{16}(?=[.]qcow2$)";

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
                    words.add(disk(Node.of(own.get(++i)), places));
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

    /// One of the nodes that make a disk.
    ///
    /// @param under the node below; empty for the lowest
    /// @param fileName the name of its file's node
    private record Node(
            String driver, String name, Optional<String> under, String fileName, Path file) {
        static Node of(String word) {
            JsonText node = JsonText.parse(word);
            JsonText file = node.object("file");
            return new Node(
                    node.text("driver"),
                    node.text("node-name"),
                    node.optionalText("backing"),
                    file.text("node-name"),
                    Path.of(file.text("filename")));
        }
    }

    private List<Node> nodes() {
        return own.stream()
                .filter(word -> word.startsWith("{") && word.contains("\"filename\""))
                .map(Node::of)
                .toList();
    }

    /// Whether it is written to: nothing lies over it, but it lies over something.
    private boolean isTop(Node node) {
        return node.under().isPresent()
                && nodes().stream()
                        .noneMatch(other -> other.under().equals(Optional.of(node.name())));
    }

    private Path top(Node node) {
        return folder.resolve(node.name() + ".qcow2");
    }

    private String disk(Node node, Places places) {
        boolean isTop = isTop(node);
        String part = String.valueOf(node.file().getFileName()).replaceFirst(COPY, "");
        Map<String, Object> file = new LinkedHashMap<>(isTop ? file(top(node)) : places.node(part));
        file.put("node-name", node.fileName());
        file.put("read-only", !isTop);
        Map<String, Object> disk = new LinkedHashMap<>();
        disk.put("driver", node.driver());
        disk.put("node-name", node.name());
        disk.put("read-only", !isTop);
        disk.put("file", file);
        node.under().ifPresent(under -> disk.put("backing", under));
        return JsonText.write(disk);
    }

    /// Makes the layers that are written to, which is part of no figure.
    ///
    /// @param appliance whose disks they lie over
    void newLayers(Path appliance) throws IOException, InterruptedException {
        for (Node node : nodes()) {
            if (isTop(node)) {
                String disk = node.name().contains("personal") ? "personal.raw" : "system.raw";
                Run.of(
                        List.of(
                                "qemu-img",
                                "create",
                                "-q",
                                "-f",
                                "qcow2",
                                top(node).toString(),
                                Long.toString(Files.size(appliance.resolve(disk)))),
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

    /// Starts it.
    OpenWay.Window start(Places places, Begin begin, Started started)
            throws IOException, InterruptedException {
        started.start(words(places, begin).toArray(String[]::new));
        switch (begin) {
            case Begin.Boot _ -> {}
            case Begin.Resume _ -> goOn(started);
        }
        return () -> {
            started.checkAlive();
            return Optional.of(vnc()).filter(Files::exists);
        };
    }

    private Path vnc() {
        return folder.resolve("vnc.sock");
    }

    /// The guest was held when it was saved, and is held when it is loaded.
    private void goOn(Started started) throws IOException, InterruptedException {
        Monitor monitor = new Monitor(folder.resolve("qmp.sock"));
        // The window's socket comes after the monitor's.
        while (!Files.exists(vnc()) || monitor.say("info status").contains("inmigrate")) {
            started.checkAlive();
            Thread.sleep(GLANCE_MILLIS);
        }
        monitor.say("cont");
    }
}
