package carryall.folder;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.Optional;

/// The procedures that make, rename and remove files. What they answered is on disk.
final class NfsNames {
    /// Until the client says which, or if it does not.
    private static final int FILE_MODE = 0600;

    private static final int DIRECTORY_MODE = 0700;

    private NfsNames() {}

    /// How a file is made that may be there already.
    private sealed interface How {
        record Unchecked(NewAttributes attributes) implements How {}

        record Guarded(NewAttributes attributes) implements How {}

        /// Only if the same client has not made it already.
        ///
        /// @param first a half of the client's mark, by which it knows its own file again
        record Exclusive(int first, int second) implements How {
            /// Where the mark is kept until the client sets the times.
            @Override
            public NewAttributes attributes() {
                return new NewAttributes(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        new NewTime.At(first & Integer.MAX_VALUE, 0),
                        new NewTime.At(second & Integer.MAX_VALUE, 0));
            }

            boolean made(Stat file) {
                return file.type() == FileType.REGULAR
                        && file.size() == 0
                        && file.accessed().seconds() == (first & Integer.MAX_VALUE)
                        && file.modified().seconds() == (second & Integer.MAX_VALUE);
            }
        }

        static How read(XdrInput in) throws ProtocolException {
            return switch (in.nextInt()) {
                case 0 -> new Unchecked(NewAttributes.read(in));
                case 1 -> new Guarded(NewAttributes.read(in));
                case 2 -> new Exclusive(in.nextInt(), in.nextInt());
                default -> throw new ProtocolException("no way to make a file");
            };
        }

        NewAttributes attributes();
    }

    static void create(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        Name name = call.nextName();
        How how = How.read(call.in());
        Subject directory = directory(call, handle);
        try {
            make(directory, name, how.attributes());
        } catch (Refused refused) {
            if (refused.status() != Status.EXIST) {
                throw refused;
            }
            takeExisting(directory, name, how);
        }
        tell(call, directory, name);
    }

    private static void make(Subject directory, Name name, NewAttributes attributes)
            throws IOException {
        try (Descriptor made = Beneath.create(directory.descriptor(), name, FILE_MODE)) {
            directory.folder().gone(directory, name);
            long size = attributes.size().orElse(0L);
            if (size < 0) {
                throw new Refused(Status.FBIG);
            }
            if (size > 0) {
                Content.setSize(made, size);
            }
            Beneath.setMode(made, attributes.mode().orElse(FILE_MODE));
            if (attributes.hasTimes()) {
                Beneath.setTimes(made, attributes.accessed(), attributes.modified());
            }
        }
        directory.flush();
    }

    private static void takeExisting(Subject directory, Name name, How how) throws IOException {
        Folder folder = directory.folder();
        Stat there = folder.beneath().stat(directory.descriptor(), name);
        boolean isTaken =
                switch (how) {
                    case How.Unchecked _ -> there.type() == FileType.REGULAR;
                    case How.Guarded _ -> false;
                    case How.Exclusive exclusive -> exclusive.made(there);
                };
        if (!isTaken) {
            throw new Refused(Status.EXIST);
        }
        if (how instanceof How.Unchecked(NewAttributes attributes)
                && attributes.size().isPresent()) {
            try (Subject file = folder.open(folder.handle(directory, name, there.type()))) {
                NfsFiles.setSize(file, attributes.size().get());
            }
        }
    }

    static void makeDirectory(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        Name name = call.nextName();
        NewAttributes attributes = NewAttributes.read(call.in());
        Subject directory = directory(call, handle);
        Beneath.makeDirectory(directory.descriptor(), name, DIRECTORY_MODE);
        Folder folder = directory.folder();
        folder.gone(directory, name);
        try (Descriptor made = folder.beneath().find(directory.descriptor(), name)) {
            if (Beneath.stat(made).type() == FileType.DIRECTORY) {
                Beneath.setMode(made, attributes.mode().orElse(DIRECTORY_MODE));
            }
        }
        directory.flush();
        tell(call, directory, name);
    }

    static void makeLink(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        Name name = call.nextName();
        NewAttributes.read(call.in());
        String target = call.nextText();
        if (target.indexOf('\0') >= 0) {
            throw new Refused(Status.INVAL);
        }
        Subject directory = directory(call, handle);
        Beneath.makeLink(target, directory.descriptor(), name);
        directory.folder().gone(directory, name);
        directory.flush();
        tell(call, directory, name);
    }

    /// Devices, sockets and FIFOs are a guest's own affair.
    static void makeNode(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        call.nextName();
        directory(call, handle);
        throw new Refused(Status.NOTSUPP);
    }

    static void remove(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        Name name = call.nextName();
        Subject directory = directory(call, handle);
        Beneath.remove(directory.descriptor(), name);
        removed(call, directory, name);
    }

    static void removeDirectory(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        Name name = call.nextName();
        Subject directory = directory(call, handle);
        Beneath.removeDirectory(directory.descriptor(), name);
        removed(call, directory, name);
    }

    private static void removed(NfsCall call, Subject directory, Name name) throws IOException {
        directory.folder().gone(directory, name);
        directory.flush();
        directory.writeBoth(call.done());
    }

    static void rename(NfsCall call) throws IOException {
        Handle fromHandle = call.nextHandle();
        Name old = call.nextName();
        Handle toHandle = call.nextHandle();
        Name now = call.nextName();
        Subject from = directory(call, fromHandle);
        Subject to = directory(call, toHandle);
        Folder folder = from.folder();
        Stat source = folder.beneath().stat(from.descriptor(), old);
        Optional<Stat> target = stat(to, now);
        Beneath.rename(from.descriptor(), old, to.descriptor(), now);
        // Two names of one file both stay.
        if (!target.map(source::isSameFile).orElse(false)) {
            folder.handle(from, old, source.type());
            folder.moved(from, old, to, now);
        }
        from.flush();
        to.flush();
        from.writeBoth(call.done());
        to.writeBoth(call.out());
    }

    private static Optional<Stat> stat(Subject directory, Name name) throws Refused {
        try {
            return Optional.of(directory.folder().beneath().stat(directory.descriptor(), name));
        } catch (Refused refused) {
            if (refused.status() == Status.NOENT) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    static void addName(NfsCall call) throws IOException {
        Handle fileHandle = call.nextHandle();
        Handle directoryHandle = call.nextHandle();
        Name name = call.nextName();
        Subject file = call.open(fileHandle);
        Subject directory = directory(call, directoryHandle);
        if (file.before().type() != FileType.REGULAR) {
            throw new Refused(Status.INVAL);
        }
        Beneath.addName(file.descriptor(), directory.descriptor(), name);
        directory.folder().gone(directory, name);
        directory.flush();
        file.writeAfter(call.done());
        directory.writeBoth(call.out());
    }

    private static Subject directory(NfsCall call, Handle handle) throws IOException {
        Subject directory = call.open(handle);
        directory.needWritable();
        directory.needDirectory();
        return directory;
    }

    /// The results of a request that made something.
    private static void tell(NfsCall call, Subject directory, Name name) throws IOException {
        Folder folder = directory.folder();
        Stat made = folder.beneath().stat(directory.descriptor(), name);
        Handle handle = folder.handle(directory, name, made.type());
        XdrOutput out = call.done();
        out.putBoolean(true).putHandle(handle);
        out.putBoolean(true);
        folder.attributes().write(out, made, handle.fileId());
        directory.writeBoth(out);
    }
}
