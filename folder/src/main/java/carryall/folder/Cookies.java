package carryall.folder;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// A directory in an order that stays the same while names come and go, and on every host: by a
/// digest of the name, which is the name's cookie.
final class Cookies {
    static final long START = 0;
    static final long SELF = 1;
    static final long ABOVE = 2;

    /// Of one reading of the directory. More are found by reading it again.
    private static final int MOST = 4096;

    record Entry(long cookie, Name name) {}

    /// A piece of a directory.
    ///
    /// @param entries those that follow a cookie, in order
    /// @param isAll whether none is missing at the end
    record Part(List<Entry> entries, boolean isAll) {
        Part {
            entries = List.copyOf(entries);
        }
    }

    private Cookies() {}

    /// Reads a directory, as large as it may be, in bounded memory.
    static Part after(Descriptor directory, long cookie) throws Refused {
        Comparator<Entry> order = Comparator.comparingLong(Entry::cookie);
        PriorityQueue<Entry> first = new PriorityQueue<>(order.reversed());
        boolean[] isAll = {true};
        Directory.list(
                directory,
                name -> {
                    Entry entry = new Entry(of(name), name);
                    if (entry.cookie > cookie) {
                        first.add(entry);
                        if (first.size() > MOST) {
                            first.remove();
                            isAll[0] = false;
                        }
                    }
                    return true;
                });
        List<Entry> entries = new ArrayList<>(first);
        entries.sort(order);
        return new Part(entries, isAll[0]);
    }

    static long of(Name name) {
        return Math.max(ABOVE + 1, Handle.digest(name.text()).getLong() & Long.MAX_VALUE);
    }
}
