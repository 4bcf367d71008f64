package carryall.home;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.chunk.Block;
import carryall.transport.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Three hosts that save, fetch, prune and are cut, by chance; and what must be true of their home
/// whatever they do: the model. All of a run follows from its seed.
final class Wanderers {
    static final int KEEP = 3;

    private static final Passphrase PASSPHRASE =
            Passphrase.of("correct horse".toCharArray(), KeyringTest.CHEAP);

    private final Random chance;
    private final List<OneHost> hosts = new ArrayList<>();

    /// What each save holds, of those that were reported.
    private final Map<ObjectName, Map<String, byte[]>> contents = new HashMap<>();

    private final Map<OneHost, Reported> reported = new HashMap<>();
    private final StringBuilder log = new StringBuilder();
    private int pushes;
    private int cuts;
    private int removed;

    /// The last save that a host reported, and how many it began since without reporting them.
    private record Reported(@Nullable ObjectName save, int unreported) {}

    Wanderers(Path temp, List<? extends HomeStore> stores, long seed) throws IOException {
        this.chance = new Random(seed);
        for (int i = 0; i < 3; i++) {
            // Clocks are wrong by decades.
            Instant time = Instant.EPOCH.plusSeconds(i * 900_000_000L);
            OneHost host = new OneHost(temp.resolve("h" + i), stores.get(i), "h" + i, () -> time);
            hosts.add(host);
            reported.put(host, new Reported(null, 0));
        }
    }

    OneHost host(int number) {
        return hosts.get(number);
    }

    RecoveryKey first() throws IOException {
        return hosts.getFirst().makes(PASSPHRASE);
    }

    void others(RecoveryKey sheet) throws IOException {
        hosts.get(1).joins(sheet);
        hosts.get(2).joins(sheet);
    }

    /// One thing that one host does.
    void step() throws IOException {
        OneHost host = hosts.get(chance.nextInt(3));
        if (chance.nextInt(3) == 0) {
            host.store().cut(1 + chance.nextInt(8), chance.nextBoolean());
        }
        act(host);
        host.store().heal();
    }

    /// The same, while another host does things before each of its changes.
    void stepWithOthers() throws IOException {
        OneHost host = hosts.get(chance.nextInt(3));
        OneHost other = hosts.get((hosts.indexOf(host) + 1 + chance.nextInt(2)) % 3);
        host.store()
                .meanwhile(() -> {
                    if (chance.nextInt(2) == 0) {
                        act(other);
                    }
                });
        act(host);
        host.store().meanwhile(() -> {});
    }

    private void act(OneHost host) throws IOException {
        try {
            switch (chance.nextInt(8)) {
                case 0, 1, 2, 3 -> push(host);
                case 4 -> {
                    log.append(host.label()).append(" pulls\n");
                    host.pull(Optional.of("h" + chance.nextInt(3)));
                }
                default -> {
                    log.append(host.label()).append(" prunes\n");
                    removed += host.home().prune(KEEP).removed();
                }
            }
        } catch (TransportException.Unreachable cut) {
            log.append("  cut\n");
            cuts++;
        } catch (HomeException.NotSaved
                | HomeException.WentOnTwice
                | HomeException.RolledBack
                | HomeException.NotWhole said) {
            log.append("  ").append(said.getMessage()).append('\n');
        }
    }

    private void push(OneHost host) throws IOException {
        log.append(host.label()).append(" pushes\n");
        change(host);
        Map<String, byte[]> content = new TreeMap<>(host.files());
        Reported before = known(host);
        reported.put(host, new Reported(before.save(), before.unreported() + 1));
        ObjectName save = host.push().save();
        log.append("  ").append(save).append('\n');
        contents.put(save, content);
        reported.put(host, new Reported(save, 0));
        pushes++;
    }

    private Reported known(OneHost host) {
        return Optional.ofNullable(reported.get(host)).orElseThrow();
    }

    /// Blocks out of few, so that hosts share many.
    private void change(OneHost host) {
        byte[] bytes = new byte[(1 + chance.nextInt(40)) * Block.SIZE - chance.nextInt(100)];
        for (int at = 0; at < bytes.length; at += 8 * Block.SIZE) {
            byte[] blocks = new byte[8 * Block.SIZE];
            new Random(chance.nextInt(12)).nextBytes(blocks);
            System.arraycopy(blocks, 0, bytes, at, Math.min(blocks.length, bytes.length - at));
        }
        host.files().put("disks/d" + chance.nextInt(3), bytes);
    }

    /// What must be true in one place at any time: all that heads keep is whole, and holds what was
    /// saved; and what was reported is kept.
    void verify(OneHost host) throws IOException {
        Home home = host.home();
        assertThat(home.check(true).faults()).as(log.toString()).isEmpty();
        Set<ObjectName> kept = home.look().kept();
        for (ObjectName save : kept) {
            Map<String, byte[]> content = contents.get(save);
            if (content != null) {
                Map<String, byte[]> restored = host.restored(save);
                assertThat(restored.keySet()).isEqualTo(content.keySet());
                restored.forEach((path, bytes) ->
                        assertThat(bytes).as(log.toString()).isEqualTo(content.get(path)));
            }
        }
        reported.forEach((_, last) -> {
            if (last.save() != null && last.unreported() < KEEP) {
                assertThat(kept).as(log.toString()).contains(last.save());
            }
        });
    }

    /// Forgets files on disk that a run leaves.
    static void tidy(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    int pushes() {
        return pushes;
    }

    int cuts() {
        return cuts;
    }

    int removed() {
        return removed;
    }

    Random chance() {
        return chance;
    }
}
