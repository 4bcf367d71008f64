package carryall.folder;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// READDIR and READDIRPLUS. One connection's.
final class NfsListing {
    private static final int MOST_KEPT = 4;
    private static final int MOST_BYTES = 1 << 20;
    private static final int END_BYTES = 8;

    /// What was read of a directory and not told yet.
    private record Rest(Stat.Time changed, long from, Cookies.Part part) {}

    private final Map<Handle, Rest> rests =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Handle, Rest> eldest) {
                    return size() > MOST_KEPT;
                }
            };

    void list(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        long cookie = call.in().nextLong();
        call.in().nextLong();
        int most = bytes(call.in().nextInt());
        tell(call, handle, cookie, most, Optional.empty());
    }

    void listPlus(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        long cookie = call.in().nextLong();
        call.in().nextLong();
        int mostOfNames = bytes(call.in().nextInt());
        int most = bytes(call.in().nextInt());
        tell(call, handle, cookie, most, Optional.of(mostOfNames));
    }

    private static int bytes(int count) {
        return (int) Math.min(Integer.toUnsignedLong(count), MOST_BYTES);
    }

    /// Writes the results of one of the two.
    ///
    /// @param mostOfNames only of READDIRPLUS
    private void tell(
            NfsCall call, Handle handle, long cookie, int most, Optional<Integer> mostOfNames)
            throws IOException {
        Subject directory = call.open(handle);
        directory.needDirectory();
        Cookies.Part part = part(directory, cookie);
        XdrOutput out = call.done();
        int start = out.position();
        directory.writeAfter(out);
        out.putLong(0);
        Telling telling = new Telling(directory, out, start + most - END_BYTES, mostOfNames);
        boolean fits = true;
        if (cookie == Cookies.START) {
            fits = telling.tell(".", handle, Cookies.SELF);
        }
        if (fits && cookie <= Cookies.SELF) {
            fits = telling.tell("..", directory.folder().above(handle), Cookies.ABOVE);
        }
        for (Cookies.Entry entry : part.entries()) {
            if (fits && entry.cookie() > cookie) {
                fits = telling.tell(entry);
            }
        }
        if (!fits && telling.isEmpty) {
            throw new Refused(Status.TOOSMALL);
        }
        out.putBoolean(false).putBoolean(fits && part.isAll());
    }

    private Cookies.Part part(Subject directory, long cookie) throws Refused {
        Rest rest = rests.get(directory.handle());
        if (rest != null
                && cookie > Cookies.ABOVE
                && rest.from <= cookie
                && rest.changed.equals(directory.before().changed())
                && (rest.part.isAll() || rest.part.entries().getLast().cookie() > cookie)) {
            return rest.part;
        }
        Cookies.Part part = Cookies.after(directory.descriptor(), cookie);
        rests.remove(directory.handle());
        rests.put(directory.handle(), new Rest(directory.before().changed(), cookie, part));
        return part;
    }

    /// Writes entries as long as they fit.
    private static final class Telling {
        private final Subject directory;
        private final XdrOutput out;
        private final int end;
        private final Optional<Integer> mostOfNames;
        private int ofNames;
        private boolean isEmpty = true;

        Telling(Subject directory, XdrOutput out, int end, Optional<Integer> mostOfNames) {
            this.directory = directory;
            this.out = out;
            this.end = end;
            this.mostOfNames = mostOfNames;
        }

        /// Writes one.
        ///
        /// @return whether it fitted
        boolean tell(Cookies.Entry entry) throws IOException {
            int start = out.position();
            try {
                head(directory.folder().fileId(directory, entry.name()), entry.name().text());
                int head = out.putLong(entry.cookie()).position() - start;
                if (mostOfNames.isPresent()) {
                    plus(entry.name());
                }
                return fits(start, head);
            } catch (Refused _) {
                // A client asks for it by name if it wants to know.
                out.position(start);
                return true;
            }
        }

        private void plus(Name name) throws IOException {
            int start = out.position();
            Folder folder = directory.folder();
            try {
                Stat stat = folder.beneath().stat(directory.descriptor(), name);
                Handle handle = folder.handle(directory, name, stat.type());
                folder.attributes().write(out.putBoolean(true), stat, handle.fileId());
                out.putBoolean(true).putHandle(handle);
            } catch (Refused _) {
                out.position(start);
                out.putBoolean(false).putBoolean(false);
            }
        }

        boolean tell(String text, Handle handle, long cookie) throws IOException {
            int start = out.position();
            head(handle.fileId(), text);
            int head = out.putLong(cookie).position() - start;
            if (mostOfNames.isPresent()) {
                out.putBoolean(false).putBoolean(false);
            }
            return fits(start, head);
        }

        private void head(long fileId, String text) {
            out.putBoolean(true).putLong(fileId).putString(text);
        }

        private boolean fits(int start, int head) {
            ofNames += head;
            boolean hasManyNames = !isEmpty && ofNames > mostOfNames.orElse(Integer.MAX_VALUE);
            if (out.position() > end || hasManyNames) {
                out.position(start);
                return false;
            }
            isEmpty = false;
            return true;
        }
    }
}
