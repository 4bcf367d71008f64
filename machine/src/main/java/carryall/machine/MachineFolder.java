package carryall.machine;

import carryall.crypto.Digest;
import carryall.folder.Grant;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The files of one machine.
record MachineFolder(Path path) {
    Path machine() {
        return path.resolve("machine.json");
    }

    Path head() {
        return path.resolve("head.json");
    }

    /// The release that the next start switches to; only if one waits.
    Path next() {
        return path.resolve("next.json");
    }

    /// The folders of the host that were granted; only once one was.
    Path folders() {
        return path.resolve("folders.json");
    }

    /// By what the guest knows files of those folders: `docs/formats/handles.md`.
    Path handles() {
        return path.resolve("handles");
    }

    /// The layers, and the base of the personal disk.
    Path disks() {
        return path.resolve("disks");
    }

    Path personal() {
        return disks().resolve("personal.raw");
    }

    /// A folder for each state, by number.
    Path states() {
        return path.resolve("states");
    }

    /// Packs of pages that states share.
    Path memory() {
        return path.resolve("memory");
    }

    /// What UEFI remembers; only of a machine that has UEFI.
    Path uefiVariables() {
        return path.resolve("uefi-vars.fd");
    }

    Path run() {
        return path.resolve("run.json");
    }

    Path keeperLog() {
        return path.resolve("keeper.log");
    }

    Path consoleLog() {
        return path.resolve("console.log");
    }

    /// Where the machine stands.
    ///
    /// @throws MachineException.MachineDamaged if the file is not what was written
    Head readHead() throws MachineException {
        try {
            return Head.read(head());
        } catch (IOException | RuntimeException damaged) {
            throw new MachineException.MachineDamaged(head(), String.valueOf(damaged.getMessage()));
        }
    }

    /// The release that the next start from its disks switches to.
    Optional<Digest> readNext() throws MachineException {
        try {
            return Files.exists(next())
                    ? Optional.of(parse(next(), MachineText::parseNext))
                    : Optional.empty();
        } catch (MachineException.MachineDamaged damaged) {
            if (Files.exists(next())) {
                throw damaged;
            }
            // Withdrawn while it was read.
            return Optional.empty();
        }
    }

    List<Grant> readFolders() throws MachineException {
        return Files.exists(folders()) ? parse(folders(), FoldersText::parse) : List.of();
    }

    void writeFolders(List<Grant> grants) throws IOException {
        writeWhole(folders(), FoldersText.write(grants));
    }

    /// Reads a small file.
    ///
    /// @throws MachineException.MachineDamaged if it is not what was written
    static <T> T parse(Path file, Function<String, T> parser) throws MachineException {
        try {
            return parser.apply(read(file));
        } catch (IOException failure) {
            throw new MachineException.MachineDamaged(file, "it cannot be read");
        } catch (RuntimeException wrong) {
            throw new MachineException.MachineDamaged(file, String.valueOf(wrong.getMessage()));
        }
    }

    static String read(Path file) throws IOException {
        if (Files.size(file) > 1 << 16) {
            throw new IllegalArgumentException("over 64 KiB long");
        }
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    /// What the guest last said of its customisations.
    ChangesFile changes() {
        return new ChangesFile(path.resolve("changes.txt"));
    }

    Path lock() {
        return path.resolve("keeper.lock");
    }

    /// Takes the lock that a keeper holds as long as it lives; empty if somebody else has it.
    Optional<Lock> tryLock() throws IOException {
        FileChannel channel =
                FileChannel.open(lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new Lock(channel));
            }
        } catch (OverlappingFileLockException heldByThisProcess) {
            // The same as held by another.
        }
        channel.close();
        return Optional.empty();
    }

    /// Closing it gives the lock back, as does the end of the process.
    record Lock(FileChannel channel) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /// Writes a file as a whole or not at all: beside, flushed, renamed.
    static void writeWhole(Path file, String text) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        try (FileChannel channel =
                FileChannel.open(
                        beside,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            var bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory =
                FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
