package carryall.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A VNC viewer of the host.
///
/// @param program its absolute path
record Viewer(Path program) {
    /// In the order of preference; TigerVNC opens a unix socket by itself.
    private static final List<String> KNOWN =
            List.of(
                    "xtigervncviewer",
                    "remote-viewer",
                    "gvncviewer",
                    "vinagre",
                    "remmina",
                    "krdc",
                    "vncviewer",
                    "xvnc4viewer",
                    "ssvncviewer");

    static boolean hasDisplay() {
        return isSet("DISPLAY") || isSet("WAYLAND_DISPLAY");
    }

    private static boolean isSet(String variable) {
        String value = System.getenv(variable);
        return value != null && !value.isEmpty();
    }

    /// The best one that is installed; none if there is no display.
    static Optional<Viewer> find() {
        return hasDisplay() ? installed() : Optional.empty();
    }

    static Optional<Viewer> installed() {
        String path = System.getenv("PATH");
        for (String name : KNOWN) {
            for (String folder : (path == null ? "" : path).split(File.pathSeparator, -1)) {
                Path program = Path.of(folder, name);
                if (program.isAbsolute() && Files.isExecutable(program)) {
                    return Optional.of(new Viewer(program));
                }
            }
        }
        return Optional.empty();
    }

    /// Shows what stands behind a unix socket; returns when the viewer is closed.
    void open(Path vncSocket, String title) throws IOException {
        try {
            switch (program.getFileName().toString()) {
                case "xtigervncviewer" -> start(List.of(vncSocket.toString()));
                case "gvncviewer" -> {
                    try (VncDoor door = VncDoor.open(vncSocket)) {
                        start(List.of("127.0.0.1:" + (door.port() - 5900)));
                    }
                }
                case "remmina" -> {
                    try (VncDoor door = VncDoor.open(vncSocket)) {
                        start(List.of("-c", "vnc://127.0.0.1:" + door.port()));
                    }
                }
                case "remote-viewer" -> {
                    try (VncDoor door = VncDoor.open(vncSocket)) {
                        start(List.of("-t", title, "vnc://127.0.0.1:" + door.port()));
                    }
                }
                case "vinagre", "krdc" -> {
                    try (VncDoor door = VncDoor.open(vncSocket)) {
                        start(List.of("vnc://127.0.0.1:" + door.port()));
                    }
                }
                default -> {
                    try (VncDoor door = VncDoor.open(vncSocket)) {
                        start(List.of("127.0.0.1::" + door.port()));
                    }
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void start(List<String> words) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of(program.toString()));
        command.addAll(words);
        new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
