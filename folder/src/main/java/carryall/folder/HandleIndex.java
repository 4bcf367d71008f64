package carryall.folder;

import java.util.function.IntPredicate;

/// From the hash of something to where it lies in the handle table: eight bytes of memory a slot,
/// half of them at most in use. Several things may have one hash, so who asks compares. Not for
/// several threads.
final class HandleIndex {
    private static final int FIRST_SLOTS = 1024;

    /// The hash, and in the lower half the place, which is never 0. Of a run of slots in use no
    /// thing lies before the slot that its hash names.
    private long[] slots = new long[FIRST_SLOTS];

    private int size;

    int size() {
        return size;
    }

    /// Looks for a thing.
    ///
    /// @param isIt whether what lies at that place is what is looked for
    /// @return the place, or 0
    int find(int hash, IntPredicate isIt) {
        for (int slot = home(hash); slots[slot] != 0; slot = next(slot)) {
            if (hash(slots[slot]) == hash && isIt.test((int) slots[slot])) {
                return (int) slots[slot];
            }
        }
        return 0;
    }

    void put(int hash, int place) {
        if (2 * (size + 1) > slots.length) {
            long[] old = slots;
            slots = new long[2 * old.length];
            for (long slot : old) {
                if (slot != 0) {
                    insert(slot);
                }
            }
        }
        insert(((long) hash << Integer.SIZE) | Integer.toUnsignedLong(place));
        size++;
    }

    private void insert(long content) {
        int slot = home(hash(content));
        while (slots[slot] != 0) {
            slot = next(slot);
        }
        slots[slot] = content;
    }

    /// Forgets a place; nothing happens if it is not there.
    void remove(int hash, int place) {
        int hole = home(hash);
        while (slots[hole] != 0 && (hash(slots[hole]) != hash || (int) slots[hole] != place)) {
            hole = next(hole);
        }
        if (slots[hole] == 0) {
            return;
        }
        size--;
        // What lies behind the hole and would no longer be found moves into it.
        for (int slot = next(hole); slots[slot] != 0; slot = next(slot)) {
            int home = home(hash(slots[slot]));
            if (((slot - home) & (slots.length - 1)) >= ((slot - hole) & (slots.length - 1))) {
                slots[hole] = slots[slot];
                hole = slot;
            }
        }
        slots[hole] = 0;
    }

    private int home(int hash) {
        return hash & (slots.length - 1);
    }

    private int next(int slot) {
        return (slot + 1) & (slots.length - 1);
    }

    private static int hash(long slot) {
        return (int) (slot >>> Integer.SIZE);
    }
}
