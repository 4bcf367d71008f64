package carryall.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AppliancesTest {
    private static final BuildFolder.Removal ALL_IS_OURS = folder -> {};

    @TempDir private Path temp;
    private Path directory = Path.of("");
    private Appliances appliances = new Appliances(Path.of(""));

    @BeforeEach
    void over() {
        directory = temp.resolve("appliances");
        appliances = new Appliances(directory);
    }

    private static Appliance description(String version, String disk) {
        byte[] bytes = disk.getBytes(StandardCharsets.UTF_8);
        return new Appliance(
                new ApplianceName("acme", "app"),
                version,
                "App",
                "",
                Profile.MODERN,
                Firmware.BIOS,
                ByteSize.mebibytes(64),
                1,
                Network.NONE,
                Scratch.KEEP,
                Sharing.NONE,
                List.of(),
                Optional.empty(),
                Digest.of(("recipe of " + version).getBytes(StandardCharsets.UTF_8)),
                Optional.empty(),
                Map.of(
                        Appliance.Part.SYSTEM,
                        new Appliance.Content(new ByteSize(bytes.length), Digest.of(bytes))));
    }

    private InstalledAppliance add(String version, String disk) throws IOException {
        try (BuildFolder folder = appliances.newFolder(ALL_IS_OURS)) {
            Files.writeString(folder.path().resolve("system.raw"), disk);
            return appliances.add(folder, description(version, disk));
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void withoutADirectoryThereIsNone() throws IOException {
        assertThat(appliances.list()).isEmpty();
        assertThat(directory).doesNotExist();
        assertThatThrownBy(() -> appliances.find(Digest.of(new byte[0])))
                .isInstanceOf(ApplianceException.ApplianceMissing.class);
    }

    @Test
    void whatIsAddedIsThereUnderTheDigestOfItsDescription() throws IOException {
        InstalledAppliance added = add("1", "disk");
        byte[] text = Files.readAllBytes(added.directory().resolve("appliance.json"));
        assertThat(added.id()).isEqualTo(Digest.of(text));
        assertThat(names()).containsExactly(added.id().hex());
        assertThat(added.description()).isEqualTo(description("1", "disk"));
        assertThat(appliances.find(added.id())).isEqualTo(added);
        assertThat(added.file(Appliance.Part.SYSTEM)).hasContent("disk");
        assertThat(Files.getPosixFilePermissions(added.file(Appliance.Part.SYSTEM)))
                .isEqualTo(PosixFilePermissions.fromString("r--r--r--"));
        appliances.verify(added);
    }

    @Test
    void aBuildThatFailsLeavesNothing() throws IOException {
        try (BuildFolder folder = appliances.newFolder(ALL_IS_OURS)) {
            Files.createDirectories(folder.path().resolve("work/root"));
            Files.writeString(folder.path().resolve("system.raw"), "half");
            assertThat(appliances.list()).isEmpty();
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void whatAKilledBuildLeftIsRemovedByTheNext() throws IOException {
        Path left = Files.createDirectories(directory.resolve("build-123/work"));
        Files.writeString(left.resolve("root"), "x");
        Files.createFile(directory.resolve("build-123.lock"));
        Path withoutLock = Files.createDirectories(directory.resolve("build-456"));
        InstalledAppliance added = add("1", "disk");
        assertThat(left).doesNotExist();
        assertThat(withoutLock).doesNotExist();
        assertThat(names()).containsExactly(added.id().hex());
    }

    @Test
    void whatCannotBeRemovedStopsNoBuild() throws IOException {
        Files.createDirectories(directory.resolve("build-123"));
        try (BuildFolder folder =
                appliances.newFolder(left -> {
                    throw new IOException("of another user: " + left);
                })) {
            assertThat(folder.path()).isEmptyDirectory();
            assertThat(directory.resolve("build-123")).exists();
        }
    }

    @Test
    void aRunningBuildIsLeftAlone() throws IOException {
        try (BuildFolder running = appliances.newFolder(ALL_IS_OURS)) {
            Files.writeString(running.path().resolve("system.raw"), "half");
            add("1", "disk");
            assertThat(running.path().resolve("system.raw")).hasContent("half");
            InstalledAppliance added = appliances.add(running, description("2", "half"));
            assertThat(appliances.find(added.id()).description().version()).isEqualTo("2");
        }
        assertThat(names()).hasSize(2).allMatch(name -> name.length() == 64);
    }

    /// A process that locks a range of a file, if it can, shared if it is one byte; and keeps it
    /// until it is killed.
    ///
    /// @param said whether it can: `held` or `refused`
    private Process holder(Path file, long position, long size, String said) throws IOException {
        String program =
                "import java.nio.channels.FileChannel; import java.nio.file.*;"
                        + "void main(String[] words) throws Exception {"
                        + " var c = FileChannel.open(Path.of(words[0]), StandardOpenOption.READ,"
                        + " StandardOpenOption.WRITE); long size = Long.parseLong(words[2]);"
                        + " var l = c.tryLock(Long.parseLong(words[1]), size, size == 1);"
                        + " IO.println(l == null ? \"refused\" : \"held\"); System.in.read(); }";
        Path source = Files.writeString(temp.resolve("Holder.java"), program);
        Process holder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                source.toString(),
                                file.toString(),
                                Long.toString(position),
                                Long.toString(size))
                        .start();
        assertThat(holder.inputReader().readLine()).isEqualTo(said);
        return holder;
    }

    @Test
    void aBuildOfAnotherProcessIsLeftAlone() throws IOException, InterruptedException {
        Path lock = directory.resolve("build-123.lock");
        Files.createDirectories(directory.resolve("build-123"));
        Files.createFile(lock);
        Process holder = holder(lock, 0, Long.MAX_VALUE, "held");
        try {
            add("1", "disk");
            assertThat(directory.resolve("build-123")).exists();
        } finally {
            holder.destroyForcibly().waitFor();
        }
        add("2", "disk");
        assertThat(directory.resolve("build-123")).doesNotExist();
    }

    @Test
    void theSameAddedTwiceIsOne() throws IOException {
        InstalledAppliance first = add("1", "disk");
        assertThat(add("1", "disk")).isEqualTo(first);
        assertThat(names()).containsExactly(first.id().hex());
    }

    @Test
    void theNewestOfANameIsTheOneAddedLast() throws IOException {
        InstalledAppliance old = add("1", "disk");
        Files.setLastModifiedTime(old.directory(), FileTime.from(Instant.EPOCH));
        InstalledAppliance fresh = add("2", "disk");
        ApplianceName name = fresh.description().name();
        assertThat(appliances.list()).containsExactly(fresh, old);
        assertThat(appliances.newest(name, Optional.empty())).contains(fresh);
        assertThat(appliances.newest(name, Optional.of("1"))).contains(old);
        assertThat(appliances.newest(name, Optional.of("3"))).isEmpty();
        assertThat(appliances.newest(ApplianceName.parse("other"), Optional.empty())).isEmpty();
    }

    @Test
    void whatWasBuiltFromTheSameInputsIsFound() throws IOException {
        InstalledAppliance added = add("1", "disk");
        ApplianceName name = added.description().name();
        assertThat(appliances.builtFrom(added.description().recipe(), name)).contains(added);
        assertThat(appliances.builtFrom(Digest.of(new byte[] {1}), name)).isEmpty();
        assertThat(
                        appliances.builtFrom(
                                added.description().recipe(),
                                new ApplianceName("other", name.app())))
                .isEmpty();
    }

    @Test
    void aChangedByteInTheDescriptionIsDamage() throws IOException {
        InstalledAppliance added = add("1", "disk");
        InstalledAppliance whole = add("2", "disk");
        Path file = added.directory().resolve("appliance.json");
        for (String text : List.of(Files.readString(file).replace("App", "Axp"), "", "{}")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            Files.writeString(file, text);
            assertThatThrownBy(() -> appliances.find(added.id()))
                    .isInstanceOf(ApplianceException.ApplianceDamaged.class)
                    .message()
                    .contains(file.toString());
            assertThat(appliances.list()).containsExactly(whole);
        }
    }

    @Test
    void aDescriptionThatSaysWhatNoneCanSayIsDamageThoughItsDigestIsRight() throws IOException {
        byte[] text = "{\"format\":9}\n".getBytes(StandardCharsets.UTF_8);
        Digest id = Digest.of(text);
        Files.createDirectories(directory.resolve(id.hex()));
        Files.write(directory.resolve(id.hex()).resolve("appliance.json"), text);
        assertThatThrownBy(() -> appliances.find(id))
                .isInstanceOf(ApplianceException.ApplianceDamaged.class)
                .message()
                .contains("format is not 1");
    }

    @Test
    void aFlippedByteInAPartIsFound() throws IOException {
        InstalledAppliance added = add("1", "disk");
        Path system = added.file(Appliance.Part.SYSTEM);
        Files.setPosixFilePermissions(system, PosixFilePermissions.fromString("rw-r--r--"));
        byte[] bytes = Files.readAllBytes(system);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= 1;
            Files.write(system, bytes);
            assertThatThrownBy(() -> appliances.verify(added))
                    .isInstanceOf(ApplianceException.ApplianceDamaged.class)
                    .message()
                    .contains(system.toString());
            bytes[i] ^= 1;
        }
        Files.write(system, bytes);
        appliances.verify(added);
        Files.delete(system);
        assertThatThrownBy(() -> appliances.verify(added))
                .isInstanceOf(ApplianceException.ApplianceDamaged.class);
    }

    @Test
    void whatIsNoFolderOfADigestIsNoAppliance() throws IOException {
        InstalledAppliance added = add("1", "disk");
        Files.createDirectories(directory.resolve("notes"));
        Files.createFile(directory.resolve("0".repeat(63)));
        assertThat(appliances.list()).containsExactly(added);
    }

    @Test
    void aDirectoryThatCannotBeUsedIsTold() throws IOException {
        Files.writeString(directory, "a file");
        assertThatThrownBy(() -> appliances.newFolder(ALL_IS_OURS))
                .isInstanceOf(ApplianceException.StoreUnusable.class)
                .message()
                .contains(directory.toString());
    }

    @Test
    void aRemovedApplianceIsGoneAndTheOthersStay() throws IOException {
        InstalledAppliance first = add("1", "disk one");
        InstalledAppliance second = add("2", "disk two");
        appliances.remove(first.id());
        assertThat(appliances.list()).containsExactly(second);
        assertThatThrownBy(() -> appliances.remove(first.id()))
                .isInstanceOf(ApplianceException.ApplianceMissing.class);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(second.directory());
        }
    }

    private InstalledAppliance arriving(String version, String disk) throws IOException {
        try (BuildFolder folder = appliances.newFolder(ALL_IS_OURS)) {
            Files.writeString(folder.path().resolve("system.raw"), disk);
            return appliances.addArriving(folder, description(version, disk));
        }
    }

    @Test
    void anArrivingApplianceIsMadeWholeByOneAtATimeAndThenByNone() throws IOException {
        InstalledAppliance arriving = arriving("1", "disk");
        try (ArrivalLock lock = appliances.tryLock(arriving).orElseThrow()) {
            assertThat(appliances.tryLock(arriving)).isEmpty();
            assertThat(appliances.removeUnneeded(arriving, Set::of)).isFalse();
            // Whoever looked in vain took nothing from who has it.
            holder(arriving.arriving(), 0, Long.MAX_VALUE, "refused").destroyForcibly();
            assertThat(appliances.list()).isEmpty();
            appliances.complete(arriving);
            assertThat(lock).isNotNull();
        }
        assertThat(arriving.directory().resolve("arriving")).doesNotExist();
        assertThat(appliances.list()).containsExactly(arriving);
        assertThat(appliances.tryLock(arriving)).isEmpty();
        assertThat(appliances.lock(arriving)).isEmpty();
    }

    @Test
    void aProcessThatIsKilledLeavesTheMarkAndAnotherGoesOn() throws Exception {
        InstalledAppliance arriving = arriving("1", "disk");
        Process other = holder(arriving.arriving(), 0, Long.MAX_VALUE, "held");
        try {
            assertThat(appliances.tryLock(arriving)).isEmpty();
            assertThat(appliances.removeUnneeded(arriving, Set::of)).isFalse();
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(arriving.isWhole()).isFalse();
        try (ArrivalLock _ = appliances.tryLock(arriving).orElseThrow()) {
            appliances.complete(arriving);
        }
        assertThat(appliances.list()).containsExactly(arriving);
    }

    @Test
    void whatWasNotFetchedToItsEndIsRemovedUnlessItIsNeeded() throws IOException {
        InstalledAppliance arriving = arriving("1", "disk");
        assertThat(appliances.removeUnneeded(arriving, () -> Set.of(arriving.id()))).isFalse();
        assertThat(appliances.arriving()).containsExactly(arriving);
        assertThat(appliances.removeUnneeded(arriving, Set::of)).isTrue();
        assertThat(appliances.removeUnneeded(arriving, Set::of)).isFalse();
        assertThat(appliances.arriving()).isEmpty();
    }

    @Test
    void whatAnotherProcessIsAboutToNeedIsNotRemoved() throws Exception {
        InstalledAppliance arriving = arriving("1", "disk one");
        InstalledAppliance whole = add("2", "disk two");
        try (ApplianceClaim _ = appliances.claim(arriving.id())) {
            assertThat(appliances.removeUnneeded(arriving, Set::of)).isFalse();
        }
        for (InstalledAppliance each : List.of(arriving, whole)) {
            long itsByte = Long.parseLong(each.id().hex().substring(0, 15), 16);
            Process other = holder(directory.resolve("claims"), itsByte, 1, "held");
            try {
                assertThat(appliances.removeUnneeded(each, Set::of)).isFalse();
                // Two may be about to need it.
                appliances.claim(each.id()).close();
            } finally {
                other.destroyForcibly().waitFor();
            }
            assertThat(appliances.removeUnneeded(each, Set::of)).isTrue();
        }
        assertThat(names()).containsExactly("claims");
    }

    @Test
    void whoClaimsWhatIsBeingRemovedWaitsUntilItIsGone() throws Exception {
        InstalledAppliance added = add("1", "disk");
        List<Thread> claiming = new ArrayList<>();
        CompletableFuture<Boolean> isThere = new CompletableFuture<>();
        boolean removed =
                appliances.removeUnneeded(
                        added,
                        () -> {
                            claiming.add(
                                    Thread.ofPlatform()
                                            .start(() -> {
                                                try (ApplianceClaim _ =
                                                        appliances.claim(added.id())) {
                                                    isThere.complete(
                                                            Files.exists(added.directory()));
                                                } catch (IOException failed) {
                                                    isThere.completeExceptionally(failed);
                                                }
                                            }));
                            while (claiming.getFirst().getState() != Thread.State.WAITING) {
                                Thread.onSpinWait();
                            }
                            return Set.of();
                        });
        assertThat(removed).isTrue();
        assertThat(isThere.get(20, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void aFolderThatIsRemovedWhileOthersLookIsLeftOut() throws IOException {
        InstalledAppliance added = add("1", "disk");
        Files.createDirectory(directory.resolve("0".repeat(64)));
        assertThat(appliances.list()).containsExactly(added);
    }
}
