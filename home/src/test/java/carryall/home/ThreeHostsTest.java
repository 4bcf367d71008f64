package carryall.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random sequences on three hosts against a model. `-Dcarryall.home.seeds=` runs more of them.
final class ThreeHostsTest {
    private static final int SEEDS = Integer.getInteger("carryall.home.seeds", 6);
    private static final int STEPS = 25;

    @TempDir Path temp;

    private Wanderers wanderers(List<? extends HomeStore> stores, long seed) throws IOException {
        return new Wanderers(temp.resolve("s" + seed), stores, seed);
    }

    @Test
    void whateverIsCutNothingThatWasSavedIsLost() throws IOException {
        int pushes = 0;
        int cuts = 0;
        int removed = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            MemoryStore store = new MemoryStore();
            Wanderers run = wanderers(List.of(store, store, store), seed);
            run.others(run.first());
            for (int i = 0; i < STEPS; i++) {
                run.step();
                run.verify(run.host(i % 3));
            }
            pushes += run.pushes();
            cuts += run.cuts();
            removed += run.removed();
        }
        // It was a run worth something.
        assertThat(pushes).isGreaterThan(5 * SEEDS);
        assertThat(cuts).isGreaterThan(SEEDS);
        assertThat(removed).isGreaterThan(SEEDS);
    }

    @Test
    void whateverOthersDoMeanwhileNothingThatWasSavedIsLost() throws IOException {
        int removed = 0;
        for (int seed = 100; seed < 100 + SEEDS; seed++) {
            MemoryStore store = new MemoryStore();
            Wanderers run = wanderers(List.of(store, store, store), seed);
            run.others(run.first());
            for (int i = 0; i < STEPS; i++) {
                run.stepWithOthers();
                run.verify(run.host(i % 3));
            }
            removed += run.removed();
        }
        assertThat(removed).isGreaterThan(SEEDS);
    }

    @Test
    void copiesThatAreNeverTheSameLoseNothing() throws IOException {
        int removed = 0;
        for (int seed = 200; seed < 200 + SEEDS; seed++) {
            List<ReplicaStore> copies =
                    List.of(new ReplicaStore(), new ReplicaStore(), new ReplicaStore());
            Wanderers run = wanderers(copies, seed);
            RecoveryKey sheet = run.first();
            bringAll(run, copies);
            run.others(sheet);
            bringAll(run, copies);
            for (int i = 0; i < 2 * STEPS; i++) {
                run.step();
                ReplicaStore to = copies.get(run.chance().nextInt(3));
                ReplicaStore from = copies.get(run.chance().nextInt(3));
                to.bring(from, run.chance(), 60);
            }
            bringAll(run, copies);
            // A head that a cut kept from being there comes with the host's next word.
            for (int i = 0; i < 3; i++) {
                run.host(i).home().seat().lookToWrite();
                bringAll(run, copies);
            }
            run.verify(run.host(0));
            removed += run.removed();
        }
        assertThat(removed).isGreaterThan(SEEDS);
    }

    private static void bringAll(Wanderers run, List<ReplicaStore> copies) throws IOException {
        for (int i = 0; i < 2; i++) {
            for (ReplicaStore to : copies) {
                for (ReplicaStore from : copies) {
                    to.bring(from, run.chance(), 100);
                }
            }
        }
    }
}
