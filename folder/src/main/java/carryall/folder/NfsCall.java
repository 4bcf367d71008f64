package carryall.folder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One request of an NFS client, from its arguments to its results. It holds the files that the
/// request is about, in the order in which the reply tells of them. One thread's, not a virtual
/// one's.
final class NfsCall implements AutoCloseable {
    /// What a reply tells of a file: what it is now, or also what it was before.
    enum Telling {
        AFTER,
        BOTH
    }

    private final Folders folders;
    private final XdrInput in;
    private final XdrOutput out;
    private final List<Subject> subjects = new ArrayList<>(2);
    private Optional<Folder> folder = Optional.empty();
    private Optional<HostUser.Acting> acting = Optional.empty();

    NfsCall(Folders folders, XdrInput in, XdrOutput out) {
        this.folders = folders;
        this.in = in;
        this.out = out;
    }

    XdrInput in() {
        return in;
    }

    XdrOutput out() {
        return out;
    }

    /// Reads a handle from the arguments.
    Handle nextHandle() throws IOException {
        return handle(in);
    }

    static Handle handle(XdrInput in) throws IOException {
        var bytes = in.nextOpaque(64);
        if (bytes.remaining() != Handle.BYTES) {
            throw new Refused(Status.BADHANDLE);
        }
        return Handle.read(bytes);
    }

    /// Reads the name of a file that is to be made, moved or removed from the arguments.
    Name nextName() throws IOException {
        return Name.of(nextText());
    }

    String nextText() throws IOException {
        return in.nextString(RpcRecord.MOST_BYTES);
    }

    /// Finds a file of which the reply will tell. All are of one folder.
    Subject open(Handle handle) throws IOException {
        Subject subject = enter(handle).open(handle);
        subjects.add(subject);
        return subject;
    }

    private Folder enter(Handle handle) throws IOException {
        if (folder.isPresent()) {
            if (folder.get().root().grant() != handle.grant()) {
                throw new Refused(Status.XDEV);
            }
            return folder.get();
        }
        Folder entered = folders.of(handle);
        entered.enter();
        folder = Optional.of(entered);
        acting = Optional.of(entered.attributes().host().act());
        return entered;
    }

    /// Begins the results of a request that was done.
    XdrOutput done() {
        return out.putInt(Status.OK.code());
    }

    /// Writes the results of a request that was not done.
    void refuse(Status status, List<Telling> tellings) {
        out.putInt(status.code());
        for (int i = 0; i < tellings.size(); i++) {
            if (i < subjects.size()) {
                tell(subjects.get(i), tellings.get(i));
            } else {
                switch (tellings.get(i)) {
                    case AFTER -> out.putBoolean(false);
                    case BOTH -> out.putBoolean(false).putBoolean(false);
                }
            }
        }
    }

    private void tell(Subject subject, Telling telling) {
        switch (telling) {
            case AFTER -> subject.writeAfter(out);
            case BOTH -> subject.writeBoth(out);
        }
    }

    @Override
    public void close() {
        subjects.forEach(Subject::close);
        acting.ifPresent(HostUser.Acting::close);
        folder.ifPresent(Folder::leave);
    }
}
