package carryall.folder;

import java.io.IOException;

/// The procedures that tell of files and change nothing.
final class NfsLook {
    private static final int READ = 1;
    private static final int LOOKUP = 2;
    private static final int MODIFY = 4;
    private static final int EXTEND = 8;
    private static final int DELETE = 16;
    private static final int EXECUTE = 32;

    /// Hard links, symbolic links, the same limits everywhere, times can be set.
    private static final int PROPERTIES = 1 | 2 | 8 | 16;

    private static final int MOST_LINKS = 32_000;
    private static final int MOST_NAME_BYTES = 255;
    private static final int LISTING_BYTES = 64 << 10;
    private static final int UNIT_BYTES = 4096;

    private NfsLook() {}

    static void attributes(NfsCall call) throws IOException {
        Subject file = call.open(call.nextHandle());
        file.write(call.done());
    }

    static void lookUp(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        String text = call.nextText();
        Subject directory = call.open(handle);
        directory.needDirectory();
        Folder folder = directory.folder();
        Handle found;
        switch (text) {
            case "." -> found = handle;
            case ".." -> found = folder.above(handle);
            default -> {
                Name name = Name.of(text);
                Stat stat = folder.beneath().stat(directory.descriptor(), name);
                found = folder.handle(directory, name, stat.type());
            }
        }
        try (Subject file = folder.open(found)) {
            call.done().putHandle(found);
            file.writeAfter(call.out());
        }
        directory.writeAfter(call.out());
    }

    static void access(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        int asked = call.in().nextInt();
        Subject file = call.open(handle);
        boolean isDirectory = file.before().type() == FileType.DIRECTORY;
        int allowed = 0;
        if (Beneath.isAllowed(file.descriptor(), 4)) {
            allowed |= READ;
        }
        if (Beneath.isAllowed(file.descriptor(), 1)) {
            allowed |= isDirectory ? LOOKUP : EXECUTE;
        }
        if (file.folder().grant().access() == Grant.Access.READ_WRITE
                && Beneath.isAllowed(file.descriptor(), 2)) {
            allowed |= MODIFY | EXTEND | (isDirectory ? DELETE : 0);
        }
        file.writeAfter(call.done());
        call.out().putInt(allowed & asked);
    }

    static void readLink(NfsCall call) throws IOException {
        Subject link = call.open(call.nextHandle());
        if (link.before().type() != FileType.LINK) {
            throw new Refused(Status.INVAL);
        }
        String target = Beneath.readLink(link.descriptor());
        link.writeAfter(call.done());
        call.out().putString(target);
    }

    static void space(NfsCall call) throws IOException {
        Subject file = call.open(call.nextHandle());
        Beneath.Space space = file.folder().beneath().space();
        file.writeAfter(call.done());
        call.out().putLong(space.bytes()).putLong(space.free()).putLong(space.available());
        call.out().putLong(space.files()).putLong(space.freeFiles()).putLong(space.freeFiles());
        call.out().putInt(0);
    }

    static void limits(NfsCall call) throws IOException {
        Subject file = call.open(call.nextHandle());
        file.writeAfter(call.done());
        for (int readOrWrite = 0; readOrWrite < 2; readOrWrite++) {
            call.out().putInt(NfsFiles.MOST_BYTES).putInt(NfsFiles.MOST_BYTES).putInt(UNIT_BYTES);
        }
        call.out().putInt(LISTING_BYTES);
        call.out().putLong(Long.MAX_VALUE);
        call.out().putInt(0).putInt(1);
        call.out().putInt(PROPERTIES);
    }

    static void pathLimits(NfsCall call) throws IOException {
        Subject file = call.open(call.nextHandle());
        file.writeAfter(call.done());
        call.out().putInt(MOST_LINKS).putInt(MOST_NAME_BYTES);
        // Long names are refused, only root may give files away, upper and lower case differ.
        call.out().putBoolean(true).putBoolean(true).putBoolean(false).putBoolean(true);
    }
}
