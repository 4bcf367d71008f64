package carryall.folder;

import carryall.libc.Libc;

/// A file that a request is about: found, and held until the request is answered.
///
/// @param path where it was found, as in [Name]
/// @param before what it was then
record Subject(Folder folder, Handle handle, String path, Descriptor descriptor, Stat before)
        implements AutoCloseable {

    /// Of what lies in this directory.
    String path(Name name) {
        return path.isEmpty() ? name.text() : path + "/" + name.text();
    }

    void needDirectory() throws Refused {
        if (before.type() != FileType.DIRECTORY) {
            throw new Refused(Status.NOTDIR);
        }
    }

    void needRegular() throws Refused {
        switch (before.type()) {
            case REGULAR -> {}
            case DIRECTORY -> throw new Refused(Status.ISDIR);
            case BLOCK, CHARACTER, LINK, SOCKET, FIFO -> throw new Refused(Status.INVAL);
        }
    }

    void needWritable() throws Refused {
        switch (folder.grant().access()) {
            case READ_ONLY -> throw new Refused(Status.ROFS);
            case READ_WRITE -> {}
        }
    }

    /// Opens a regular file for its content. Its owner may always: whoever opened it in the guest,
    /// or made it there for reading only, goes on writing.
    ///
    /// @param flags O_RDONLY or O_WRONLY
    Descriptor open(int flags) throws Refused {
        needRegular();
        try {
            return Beneath.open(descriptor, flags);
        } catch (Refused refused) {
            boolean isOwners = before.uid() == folder.attributes().host().uid();
            boolean isPlain = (before.mode() & 07000) == 0;
            if (refused.status() != Status.ACCES || !isOwners || !isPlain) {
                throw refused;
            }
        }
        Beneath.setMode(descriptor, before.mode() | 0600);
        try {
            return Beneath.open(descriptor, flags);
        } finally {
            Beneath.setMode(descriptor, before.mode());
        }
    }

    /// Has the names in this directory on disk, if its user may read it and its file system can.
    void flush() throws Refused {
        try (Descriptor directory = Beneath.open(descriptor, Libc.O_RDONLY)) {
            Content.flush(directory);
        } catch (Refused refused) {
            switch (refused.status()) {
                case ACCES, INVAL, NOTSUPP -> {}
                default -> throw refused;
            }
        }
    }

    void write(XdrOutput out) throws Refused {
        folder.attributes().write(out, Beneath.stat(descriptor), handle.fileId());
    }

    /// `post_op_attr`: what it is now.
    void writeAfter(XdrOutput out) {
        int start = out.position();
        try {
            write(out.putBoolean(true));
        } catch (Refused _) {
            out.position(start);
            out.putBoolean(false);
        }
    }

    /// `wcc_data`: what it was, and what it is now.
    void writeBoth(XdrOutput out) {
        out.putBoolean(true).putLong(before.size());
        Attributes.write(out, before.modified());
        Attributes.write(out, before.changed());
        writeAfter(out);
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
