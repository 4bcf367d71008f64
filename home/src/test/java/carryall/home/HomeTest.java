package carryall.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.chunk.Block;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HomeTest {
    private static final Passphrase PASSPHRASE =
            Passphrase.of("correct horse".toCharArray(), KeyringTest.CHEAP);

    @TempDir Path temp;

    private final MemoryStore store = new MemoryStore();
    private OneHost desk;
    private OneHost lap;
    private RecoveryKey sheet;

    @BeforeEach
    void twoHosts() throws IOException {
        desk = host("desk");
        lap = host("lap");
        sheet = desk.makes(PASSPHRASE);
        lap.joins(sheet);
    }

    private OneHost host(String label) {
        return new OneHost(temp.resolve(label), store, label, () -> Instant.EPOCH);
    }

    private static byte[] bytes(long seed, int blocks) {
        byte[] bytes = new byte[blocks * Block.SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void assertSame(Map<String, byte[]> found, Map<String, byte[]> expected) {
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        found.forEach((path, content) -> assertThat(content).isEqualTo(expected.get(path)));
    }

    @Test
    void whatOneHostSavesAnotherHasBitForBit() throws IOException {
        desk.files().put("states/1/state.json", "{}\n".getBytes(StandardCharsets.UTF_8));
        desk.files().put("states/1/devices", bytes(1, 3));
        desk.files().put("disks/empty", new byte[0]);
        desk.files().put("disks/zeros", new byte[50_000]);
        byte[] sparse = bytes(2, 700);
        Arrays.fill(sparse, 40 * Block.SIZE, 300 * Block.SIZE, (byte) 0);
        desk.files().put("memory/pack-1.pages", Arrays.copyOf(sparse, sparse.length - 17));
        desk.push();
        assertThat(lap.pull(Optional.empty())).isEqualTo(Fetching.Relation.AHEAD);
        assertSame(lap.files(), desk.files());
        assertThat(lap.pull(Optional.empty())).isEqualTo(Fetching.Relation.BEHIND);
    }

    @Test
    void aSecondSaveStoresOnlyWhatIsNew() throws IOException {
        byte[] memory = bytes(3, 2000);
        desk.files().put("memory/pack", memory);
        long first = desk.push().sealedBytes();
        assertThat(first).isGreaterThan(2000L * Block.SIZE);
        byte[] changed = memory.clone();
        System.arraycopy(bytes(4, 1), 0, changed, 1000 * Block.SIZE, Block.SIZE);
        desk.files().put("memory/pack", changed);
        // What moved by whole blocks is cut alike again.
        byte[] moved = new byte[memory.length + 5 * Block.SIZE];
        System.arraycopy(bytes(5, 5), 0, moved, 0, 5 * Block.SIZE);
        System.arraycopy(memory, 0, moved, 5 * Block.SIZE, memory.length);
        desk.files().put("memory/other", moved);
        long second = desk.push().sealedBytes();
        assertThat(second).isLessThan(600_000);
        lap.pull(Optional.empty());
        assertSame(lap.files(), desk.files());
        lap.files().put("memory/mine", memory);
        assertThat(lap.push().sealedBytes()).isZero();
        desk.pull(Optional.empty());
        assertSame(desk.files(), lap.files());
    }

    @Test
    void aMachineThatWentOnInTwoPlacesKeepsBoth() throws IOException {
        desk.files().put("disks/a", bytes(1, 4));
        desk.push();
        lap.pull(Optional.empty());
        desk.files().put("disks/a", bytes(2, 4));
        lap.files().put("disks/a", bytes(3, 4));
        ObjectName desks = desk.push().save();
        assertThat(lap.pull(Optional.empty())).isEqualTo(Fetching.Relation.APART);
        ObjectName laps = lap.push().save();
        assertThat(desk.home().saved())
                .extracting(HomeStatus.Saved::host, HomeStatus.Saved::isApart)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("desk", true),
                        org.assertj.core.groups.Tuple.tuple("lap", true));
        OneHost other = host("other");
        other.joins(PASSPHRASE);
        assertThatThrownBy(() -> other.pull(Optional.empty()))
                .isInstanceOf(HomeException.WentOnTwice.class)
                .hasMessageContaining("desk")
                .hasMessageContaining("lap");
        other.pull(Optional.of("lap"));
        assertSame(other.files(), lap.files());
        assertSame(desk.restored(laps), lap.files());
        assertSame(lap.restored(desks), desk.files());
    }

    @Test
    void anOlderHeadThanWasSeenIsReported() throws IOException {
        desk.files().put("disks/a", bytes(1, 4));
        desk.push();
        Set<ObjectName> before = new HashSet<>(store.list(ObjectKind.HEAD));
        desk.files().put("disks/a", bytes(2, 4));
        desk.push();
        lap.pull(Optional.empty());
        assertThat(lap.home().status().concerns()).isEmpty();
        for (ObjectName head : store.list(ObjectKind.HEAD)) {
            if (!before.contains(head) && !isOf(head, "lap")) {
                store.remove(head);
            }
        }
        assertThat(lap.home().status().concerns())
                .singleElement()
                .asString()
                .contains("of the host desk")
                .contains("was there before");
        assertThatThrownBy(() -> lap.pull(Optional.empty()))
                .isInstanceOf(HomeException.RolledBack.class);
        assertThatThrownBy(() -> lap.home().prune(1)).isInstanceOf(HomeException.RolledBack.class);
        // A host that never saw it learns of it from the one that did.
        OneHost other = host("other");
        other.joins(sheet);
        assertThat(other.home().status().concerns()).hasSize(1);
        // The host whose head was lost has it still, and gives it back with its next word.
        desk.push();
        assertThat(lap.home().status().concerns()).isEmpty();
    }

    private boolean isOf(ObjectName head, String label) throws IOException {
        return desk.home().seat().sealed().head(head).label().equals(label);
    }

    @Test
    void anotherHomesDataIsToldApart() throws IOException {
        MemoryStore others = new MemoryStore();
        OneHost stranger = new OneHost(temp.resolve("stranger"), others, "x", () -> Instant.EPOCH);
        stranger.makes(PASSPHRASE);
        OneHost moved = new OneHost(temp.resolve("desk"), others, "desk", () -> Instant.EPOCH);
        assertThatThrownBy(moved::home).isInstanceOf(HomeException.KeyRefused.class);
        stranger.files().put("disks/a", bytes(1, 4));
        stranger.push();
        for (ObjectKind kind : List.of(ObjectKind.HEAD, ObjectKind.SAVE, ObjectKind.PACK)) {
            for (ObjectName name : others.list(kind)) {
                store.put(name, others.read(name));
            }
        }
        assertThat(desk.home().status().concerns()).hasSize(2).allMatch(s -> s.contains("damaged"));
        assertThat(desk.home().saved()).isEmpty();
    }

    @Test
    void everyAlteredObjectIsFoundAndNamed() throws IOException {
        desk.files().put("disks/a", bytes(1, 40));
        desk.push();
        assertThat(desk.home().check(true).faults()).isEmpty();
        Set<ObjectName> replaced = replaced();
        for (ObjectKind kind : List.of(ObjectKind.HEAD, ObjectKind.SAVE, ObjectKind.PACK)) {
            for (ObjectName name : store.list(kind)) {
                byte[] good = store.read(name);
                byte[] bad = good.clone();
                bad[bad.length / 2] ^= 4;
                store.spoil(name, bad);
                assertThat(desk.home().check(true).faults())
                        .anyMatch(fault -> fault.contains(name.text()));
                boolean isReplaced = replaced.contains(name);
                store.remove(name);
                if (!isReplaced) {
                    assertThat(desk.home().check(false).faults()).isNotEmpty();
                }
                store.put(name, good);
            }
        }
        assertThat(desk.home().check(true).faults()).isEmpty();
    }

    /// The heads that newer ones of their hosts replaced.
    private Set<ObjectName> replaced() throws IOException {
        Set<ObjectName> replaced = new HashSet<>();
        desk.home().look().older().values().forEach(replaced::addAll);
        return replaced;
    }

    @Test
    void aPruneRemovesWhatNothingNeedsOnceAllHostsKnow() throws IOException {
        for (int i = 0; i < 4; i++) {
            desk.files().put("disks/a", bytes(i, 40));
            desk.push();
        }
        assertThat(store.list(ObjectKind.PACK)).hasSize(4);
        Pruned first = desk.home().prune(1);
        assertThat(first.removed()).isZero();
        assertThat(first.condemned()).isEqualTo(6);
        assertThat(first.waiting()).containsExactly("lap");
        lap.pull(Optional.empty());
        assertThat(lap.home().prune(1).removed()).isEqualTo(6);
        assertThat(store.list(ObjectKind.PACK)).hasSize(1);
        assertThat(store.list(ObjectKind.MARK)).isEmpty();
        assertThat(desk.home().check(true).faults()).isEmpty();
    }

    /// A pack that was condemned while its save was still on the way is needed by that save, and
    /// yet may go as soon as that save goes. So no other save may come to need it.
    @Test
    void aSaveNeverNamesAnewWhatIsCondemned() throws IOException {
        byte[] shared = bytes(1, 40);
        desk.files().put("disks/a", shared);
        OneHost other = host("other");
        other.joins(sheet);
        meanwhile(desk, 2, () -> other.home().prune(1));
        desk.push();
        lap.home().prune(1);
        assertThat(store.list(ObjectKind.MARK)).hasSize(1);
        lap.files().put("disks/mine", shared);
        meanwhile(
                lap,
                2,
                () -> {
                    desk.files().put("disks/a", bytes(2, 40));
                    desk.push();
                    other.home().prune(1);
                    lap.store().meanwhile(() -> {});
                    desk.home().prune(1);
                });
        ObjectName save = lap.push().save();
        desk.home().prune(1);
        assertThat(lap.home().check(true).faults()).isEmpty();
        assertSame(lap.restored(save), lap.files());
    }

    /// Something happens elsewhere before a host's nth change.
    private static void meanwhile(OneHost host, int change, FailingStore.Between what) {
        int[] left = {change};
        host.store()
                .meanwhile(() -> {
                    left[0]--;
                    if (left[0] == 0) {
                        what.happens();
                    }
                });
    }

    @Test
    void aForgottenHostOpensNothingAndLosesNothing() throws IOException {
        lap.files().put("disks/a", bytes(9, 4));
        ObjectName save = lap.push().save();
        desk.home().forget("lap");
        assertThatThrownBy(lap::home).isInstanceOf(HomeException.KeyRefused.class);
        assertThat(desk.home().status().hosts())
                .extracting(HomeStatus.Host::label)
                .containsExactly("desk");
        desk.home().prune(1);
        assertThat(store.list(ObjectKind.HEAD)).allMatch(head -> uncheckedIsOf(head, "desk"));
        assertSame(desk.restored(save), lap.files());
        assertThat(desk.home().saved()).extracting(HomeStatus.Saved::name).containsExactly("plans");
        assertThatThrownBy(() -> desk.home().forget("desk"))
                .isInstanceOf(HomeException.HostUnknown.class)
                .hasMessageContaining("it is this host");
        assertThatThrownBy(() -> desk.home().forget("lap"))
                .isInstanceOf(HomeException.HostUnknown.class);
    }

    private boolean uncheckedIsOf(ObjectName head, String label) {
        try {
            return isOf(head, label);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void nothingInTheStoreTellsNamesOrContents() throws IOException {
        desk.files().put("disks/verysecretname", "verysecretword".getBytes(StandardCharsets.UTF_8));
        desk.push();
        for (ObjectKind kind : ObjectKind.values()) {
            for (ObjectName name : store.list(kind)) {
                String text = new String(store.read(name), StandardCharsets.ISO_8859_1);
                assertThat(text).doesNotContain("secret", "plans", "desk", "correct horse");
            }
        }
    }

    @Test
    void onlyTheUserReadsWhatThisHostKnows() throws IOException {
        desk.files().put("disks/a", bytes(1, 1));
        desk.push();
        Path known = temp.resolve("desk").resolve("home");
        assertThat(Files.getPosixFilePermissions(known))
                .isEqualTo(java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(known.resolve("host.key")))
                .isEqualTo(java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aHomeIsMadeOnceAndAHostBelongsToOne() {
        assertThatThrownBy(() -> host("third").makes(PASSPHRASE))
                .isInstanceOf(HomeException.HomeThere.class);
        assertThatThrownBy(() -> desk.joins(sheet)).isInstanceOf(HomeException.HasHome.class);
        assertThatThrownBy(() ->
                        new OneHost(
                                        temp.resolve("fourth"),
                                        new MemoryStore(),
                                        "x",
                                        () -> Instant.EPOCH)
                                .joins(sheet))
                .isInstanceOf(HomeException.NotHome.class);
    }

    @Test
    void theNewPassphraseOpensAndTheOldDoesNot() throws IOException {
        desk.home().change(Passphrase.of("battery staple".toCharArray(), KeyringTest.CHEAP));
        assertThatThrownBy(() -> host("third").joins(PASSPHRASE))
                .isInstanceOf(HomeException.KeyRefused.class);
        host("third").joins(Passphrase.of("battery staple".toCharArray(), KeyringTest.CHEAP));
        host("fourth").joins(sheet);
        desk.push();
    }
}
