package carryall.home;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/// What this host knows of its home, in the folder `home` of the state directory; the user's alone.
/// Each file is written beside, flushed, and renamed. `docs/formats/home.md` has them.
record HomeFolder(Path path) {
    private static final long FORMAT = 1;
    private static final int LARGEST = 1 << 20;

    /// Where the home is, and who this host is there.
    ///
    /// @param place as the user wrote it
    record Membership(StoreId home, HostId host, String label, String place) {}

    /// What was last saved of a machine, or fetched: from where the next save goes on.
    ///
    /// @param stands the digest of the machine's `head.json` then; if it is another now, the
    ///   machine went on since
    record Carried(ObjectName save, Ancestry ancestry, Digest stands) {}

    private Path membershipFile() {
        return path.resolve("home.json");
    }

    private Path keyFile() {
        return path.resolve("host.key");
    }

    private Path headFile() {
        return path.resolve("head");
    }

    private Path seenFile() {
        return path.resolve("seen.json");
    }

    private Path carriedFile(UUID machine) {
        return path.resolve("machines").resolve(machine + ".json");
    }

    boolean isMember() {
        return Files.exists(membershipFile());
    }

    /// Makes the host a member: its key first, so that a membership never lacks it.
    void join(Membership membership, HostKey key) throws HomeException {
        write(keyFile(), key.text());
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("home", membership.home().toString());
        text.put("host", membership.host().toString());
        text.put("label", membership.label());
        text.put("place", membership.place());
        write(membershipFile(), JsonText.write(text) + "\n");
    }

    /// @throws HomeException.NoHome if this host is no member
    Membership membership() throws HomeException {
        if (!isMember()) {
            throw new HomeException.NoHome();
        }
        return parse(
                membershipFile(),
                text ->
                        new Membership(
                                new StoreId(UUID.fromString(text.text("home"))),
                                new HostId(UUID.fromString(text.text("host"))),
                                text.text("label"),
                                text.text("place")));
    }

    HostKey key() throws HomeException {
        try {
            return HostKey.parse(Files.readString(keyFile()));
        } catch (IllegalArgumentException wrong) {
            throw new HomeException.FileDamaged(keyFile(), String.valueOf(wrong.getMessage()));
        } catch (IOException failure) {
            throw new HomeException.FileUnusable(keyFile(), failure);
        }
    }

    /// The newest head that this host made, sealed; perhaps it was never published.
    Optional<byte[]> head() throws HomeException {
        try {
            return Files.exists(headFile())
                    ? Optional.of(Files.readAllBytes(headFile()))
                    : Optional.empty();
        } catch (IOException failure) {
            throw new HomeException.FileUnusable(headFile(), failure);
        }
    }

    void writeHead(byte[] sealed) throws HomeException {
        write(headFile(), sealed);
    }

    /// The newest heads that this host has seen.
    Map<HostId, Head.Seen> seen() throws HomeException {
        if (!Files.exists(seenFile())) {
            return Map.of();
        }
        return parse(
                seenFile(),
                text -> {
                    Map<HostId, Head.Seen> seen = new TreeMap<>();
                    for (JsonText each : text.objects("heads")) {
                        seen.put(
                                new HostId(UUID.fromString(each.text("host"))),
                                new Head.Seen(
                                        each.number("sequence"),
                                        ObjectName.parse(each.text("head"))));
                        each.end();
                    }
                    return seen;
                });
    }

    void writeSeen(Map<HostId, Head.Seen> seen) throws HomeException {
        List<Object> heads = new ArrayList<>();
        new TreeMap<>(seen)
                .forEach((host, newest) -> {
                    Map<String, Object> each = new LinkedHashMap<>();
                    each.put("host", host.toString());
                    each.put("sequence", newest.sequence());
                    each.put("head", newest.name().text());
                    heads.add(each);
                });
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("heads", heads);
        write(seenFile(), JsonText.write(text) + "\n");
    }

    Optional<Carried> carried(UUID machine) throws HomeException {
        Path file = carriedFile(machine);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Optional.of(
                parse(
                        file,
                        text -> {
                            Map<HostId, Long> saves = new TreeMap<>();
                            for (JsonText each : text.objects("ancestry")) {
                                saves.put(
                                        new HostId(UUID.fromString(each.text("host"))),
                                        each.number("saves"));
                                each.end();
                            }
                            return new Carried(
                                    ObjectName.parse(text.text("save")),
                                    new Ancestry(saves),
                                    new Digest(text.text("stands")));
                        }));
    }

    void writeCarried(UUID machine, Carried carried) throws HomeException {
        List<Object> saves = new ArrayList<>();
        new TreeMap<>(carried.ancestry().saves())
                .forEach((host, count) -> {
                    Map<String, Object> each = new LinkedHashMap<>();
                    each.put("host", host.toString());
                    each.put("saves", count);
                    saves.add(each);
                });
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("save", carried.save().text());
        text.put("ancestry", saves);
        text.put("stands", carried.stands().text());
        write(carriedFile(machine), JsonText.write(text) + "\n");
    }

    private interface Parser<T> {
        T parse(JsonText text);
    }

    private static <T> T parse(Path file, Parser<T> parser) throws HomeException {
        try {
            if (Files.size(file) > LARGEST) {
                throw new HomeException.FileDamaged(file, "it is over 1 MiB long");
            }
            JsonText text = JsonText.parse(Files.readString(file));
            if (text.number("format") != FORMAT) {
                throw new HomeException.FileDamaged(file, "format is not " + FORMAT);
            }
            T value = parser.parse(text);
            text.end();
            return value;
        } catch (IllegalArgumentException wrong) {
            throw new HomeException.FileDamaged(file, String.valueOf(wrong.getMessage()));
        } catch (HomeException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new HomeException.FileUnusable(file, failure);
        }
    }

    private void write(Path file, String text) throws HomeException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(Path file, byte[] bytes) throws HomeException {
        var mine = PosixFilePermissions.fromString("rw-------");
        Path beside = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            makeFolder(file.resolveSibling(""));
            try (FileChannel to =
                    FileChannel.open(
                            beside,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(mine))) {
                ByteBuffer left = ByteBuffer.wrap(bytes);
                while (left.hasRemaining()) {
                    to.write(left);
                }
                to.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder =
                    FileChannel.open(file.resolveSibling(""), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (IOException failure) {
            throw new HomeException.FileUnusable(file, failure);
        } finally {
            removeQuietly(beside);
        }
    }

    private static void removeQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException stays) {
            // It takes space, and nothing else.
        }
    }

    private void makeFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /// The right to write to the home from this host; one command at a time.
    ///
    /// @throws HomeException.HomeBusy if another has it
    Turn turn() throws HomeException {
        Path file = path.resolve("lock");
        try {
            makeFolder(path);
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() != null) {
                    return new Turn(channel);
                }
            } catch (OverlappingFileLockException heldByThisProcess) {
                // The same as held by another.
            }
            channel.close();
            throw new HomeException.HomeBusy(file);
        } catch (HomeException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new HomeException.FileUnusable(file, failure);
        }
    }

    /// Closing it gives the right back, as does the end of the process.
    record Turn(FileChannel channel) implements AutoCloseable {
        @Override
        public void close() throws HomeException {
            try {
                channel.close();
            } catch (IOException failure) {
                throw new HomeException.FileUnusable(Path.of("lock"), failure);
            }
        }
    }
}
