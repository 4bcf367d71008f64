package carryall.folder;

import java.io.IOException;

/// MOUNT version 3, RFC 1813, section 5: from a folder's name to its handle. It remembers nobody.
final class MountProgram implements RpcProgram {
    private static final int MNT = 1;
    private static final int DUMP = 2;
    private static final int EXPORT = 5;
    private static final int PROCEDURES = 6;
    private static final int MOST_PATH_BYTES = 1024;
    private static final int AUTH_SYS = 1;

    private final Folders folders;

    MountProgram(Folders folders) {
        this.folders = folders;
    }

    @Override
    public int number() {
        return 100005;
    }

    @Override
    public int procedures() {
        return PROCEDURES;
    }

    @Override
    public boolean changes(int procedure) {
        return false;
    }

    @Override
    public void answer(int procedure, XdrInput in, XdrOutput out) throws IOException {
        switch (procedure) {
            case MNT -> mount(in, out);
            case EXPORT -> {
                for (Folder folder : folders.all()) {
                    out.putBoolean(true).putString("/" + folder.grant().name()).putBoolean(false);
                }
                out.putBoolean(false);
            }
            case DUMP -> out.putBoolean(false);
            default -> {} // NULL, UMNT and UMNTALL say nothing.
        }
    }

    private void mount(XdrInput in, XdrOutput out) throws IOException {
        String path = in.nextString(MOST_PATH_BYTES);
        try {
            Handle handle = find(path);
            out.putInt(Status.OK.code()).putHandle(handle).putInt(1).putInt(AUTH_SYS);
        } catch (Refused refused) {
            out.putInt(
                    switch (refused.status()) {
                        case NOENT, ACCES, NOTDIR, INVAL, NAMETOOLONG, PERM, IO ->
                                refused.status().code();
                        default -> Status.NOENT.code();
                    });
        }
    }

    /// A folder, or a directory in one.
    private Handle find(String path) throws IOException {
        String[] names = path.split("/+", -1);
        if (names.length < 2 || !names[0].isEmpty()) {
            throw new Refused(Status.NOENT);
        }
        Folder folder = folders.named(names[1]).orElseThrow(() -> new Refused(Status.NOENT));
        Handle at = folder.root();
        for (int i = 2; i < names.length && !names[i].isEmpty(); i++) {
            Name name = Name.of(names[i]);
            folder.enter();
            try (var _ = folder.attributes().host().act();
                    Subject directory = folder.open(at)) {
                Stat stat = folder.beneath().stat(directory.descriptor(), name);
                if (stat.type() != FileType.DIRECTORY) {
                    throw new Refused(Status.NOTDIR);
                }
                at = folder.handle(directory, name, stat.type());
            } finally {
                folder.leave();
            }
        }
        return at;
    }
}
