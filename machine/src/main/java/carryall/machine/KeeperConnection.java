package carryall.machine;

import carryall.folder.Grant;
import carryall.json.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A conversation with the keeper of a running machine, through its unix socket: each question is a
/// connection of its own. `docs/formats/keeper.md` has the questions.
public final class KeeperConnection {
    private static final int LONGEST_ANSWER = 1 << 16;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration FOLDER_PATIENCE = Duration.ofMinutes(2);
    private static final Duration CHANGES_PATIENCE = Duration.ofMinutes(2);
    private static final Duration SAVE_PATIENCE = Duration.ofMinutes(15);

    private final MachineName name;
    private final RuntimeFolder runtime;

    KeeperConnection(MachineName name, RuntimeFolder runtime) {
        this.name = name;
        this.runtime = runtime;
    }

    /// What the machine does at this moment.
    public MachineStatus status() throws MachineException {
        return status(PATIENCE);
    }

    MachineStatus status(Duration patience) throws MachineException {
        JsonText answer = ask("status", Map.of(), patience);
        try {
            long keeper = answer.number("keeperPid");
            long qemu = answer.number("qemuPid");
            Instant since = Instant.parse(answer.text("since"));
            return answer.optionalText("paused")
                    .<MachineStatus>map(
                            reason -> new MachineStatus.Paused(keeper, qemu, since, reason))
                    .orElseGet(() ->
                            new MachineStatus.Running(
                                    keeper,
                                    qemu,
                                    since,
                                    answer.text("accelerator"),
                                    answer.text("opening"),
                                    answer.optionalNumber("percentHere")
                                            .map(percent ->
                                                    new MachineStatus.Arriving(
                                                            Math.toIntExact(percent),
                                                            answer.optionalText("stalled")))));
        } catch (IllegalArgumentException | java.time.DateTimeException rubbish) {
            throw new MachineException.KeeperSilent(name, "status");
        }
    }

    /// Writes what the screen shows as PNG.
    ///
    /// @param png replaced as a whole
    public void screenshot(Path png) throws MachineException {
        ask("screenshot", Map.of("file", png.toAbsolutePath().toString()), PATIENCE);
    }

    /// Presses and releases keys together.
    ///
    /// @param keys QEMU key codes, such as `ctrl`, `s`
    public void press(List<String> keys) throws MachineException {
        ask("press", Map.of("keys", keys), PATIENCE);
    }

    /// Whether the app's window is on the screen, as the guest says.
    public boolean appIsUp() throws MachineException {
        return ask("app-ready", Map.of(), PATIENCE).text("up").equals("yes");
    }

    /// How many viewers look at the screen.
    public long viewers() throws MachineException {
        return ask("viewers", Map.of(), PATIENCE).number("count");
    }

    /// How many bytes of the guest's memory the save that is under way has gone through.
    public long saved() throws MachineException {
        return ask("saved", Map.of(), PATIENCE).number("bytes");
    }

    /// Saves the machine and ends it; it goes on running if that fails.
    ///
    /// @return the state's number
    int suspend() throws MachineException {
        return Math.toIntExact(ask("suspend", Map.of(), SAVE_PATIENCE).number("state"));
    }

    /// Saves the machine, which goes on.
    ///
    /// @return the state's number
    public int snapshot(Optional<String> label) throws MachineException {
        Map<String, Object> arguments =
                label.<Map<String, Object>>map(text -> Map.of("label", text)).orElse(Map.of());
        return Math.toIntExact(ask("snapshot", arguments, SAVE_PATIENCE).number("state"));
    }

    /// Grants a folder.
    Granted addFolder(Grant grant) throws MachineException {
        JsonText answer =
                ask(
                        "folder-add",
                        Map.of(
                                "folder",
                                grant.name(),
                                "directory",
                                grant.directory().toString(),
                                "access",
                                FoldersText.word(grant.access())),
                        FOLDER_PATIENCE);
        return answer.text("mounted").equals("yes")
                ? new Granted.Mounted()
                : new Granted.NotYet(answer.optionalText("reason").orElse("the guest has it not"));
    }

    /// Takes a folder away.
    void removeFolder(String folder) throws MachineException {
        ask("folder-remove", Map.of("folder", folder), FOLDER_PATIENCE);
    }

    /// Has the guest say what was customised.
    void askChanges() throws MachineException {
        ask("changes", Map.of(), CHANGES_PATIENCE);
    }

    /// Asks the guest to shut down; the keeper insists after `patience`. Returns at once.
    void stop(Duration patience) throws MachineException {
        ask("stop", Map.of("patienceSeconds", patience.toSeconds()), PATIENCE);
    }

    /// The unix socket that a VNC viewer opens.
    public Path vncSocket() {
        return runtime.jail().resolve("vnc.sock");
    }

    /// The unix socket of the guest's serial console; the keeper relays and keeps the last of it.
    public Path consoleSocket() {
        return runtime.consoleSocket();
    }

    private JsonText ask(String verb, Map<String, Object> arguments, Duration patience)
            throws MachineException {
        Map<String, Object> question = new LinkedHashMap<>(arguments);
        question.put("verb", verb);
        CompletableFuture<String> line = new CompletableFuture<>();
        try (SocketChannel channel =
                SocketChannel.open(java.net.UnixDomainSocketAddress.of(runtime.keeperSocket()))) {
            ByteBuffer bytes =
                    ByteBuffer.wrap(
                            (JsonText.write(question) + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            // No virtual one: the thread that polls for those is never out of the kernel, and the
            // JVM's exit waits 0.3 s for it.
            Thread.ofPlatform()
                    .daemon()
                    .name("answer of the keeper of " + name)
                    .start(() -> {
                        try {
                            byte[] read =
                                    Channels.newInputStream(channel).readNBytes(LONGEST_ANSWER);
                            line.complete(new String(read, StandardCharsets.UTF_8));
                        } catch (IOException failure) {
                            line.completeExceptionally(failure);
                        }
                    });
            JsonText answer = JsonText.parse(line.get(patience.toMillis(), TimeUnit.MILLISECONDS));
            var refused = answer.optionalText("error");
            if (refused.isPresent()) {
                throw new MachineException.Refused(name, verb, refused.get());
            }
            return answer;
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException
                | IllegalArgumentException
                | ExecutionException
                | TimeoutException failure) {
            throw new MachineException.KeeperSilent(name, verb);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new MachineException.KeeperSilent(name, verb);
        }
    }
}
