package carryall.folder;

import carryall.libc.Libc;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// The procedures that read and change what is in files.
final class NfsFiles {
    /// Of one READ or WRITE.
    static final int MOST_BYTES = 1 << 20;

    private static final int UNSTABLE = 0;
    private static final int FILE_SYNC = 2;

    private final long verifier;

    NfsFiles(long verifier) {
        this.verifier = verifier;
    }

    void setAttributes(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        NewAttributes now = NewAttributes.read(call.in());
        Optional<Stat.Time> guard = guard(call.in());
        Subject file = call.open(handle);
        file.needWritable();
        Stat.Time changed = file.before().changed();
        if (guard.isPresent() && !guard.get().isSameOnWire(changed)) {
            throw new Refused(Status.NOT_SYNC);
        }
        set(file, now);
        file.writeBoth(call.done());
    }

    private static Optional<Stat.Time> guard(XdrInput in) throws ProtocolException {
        return in.nextBoolean()
                ? Optional.of(new Stat.Time(Integer.toUnsignedLong(in.nextInt()), in.nextInt()))
                : Optional.empty();
    }

    private static void set(Subject file, NewAttributes now) throws Refused {
        Attributes shown = file.folder().attributes();
        // To be given away a file would need root; to stay whose it is, nothing.
        if (now.uid().orElse(shown.uid(file.before())) != shown.uid(file.before())
                || now.gid().orElse(shown.gid(file.before())) != shown.gid(file.before())) {
            throw new Refused(Status.PERM);
        }
        if (now.size().isPresent()) {
            setSize(file, now.size().get());
        }
        if (now.mode().isPresent()) {
            Beneath.setMode(file.descriptor(), now.mode().get());
        }
        if (now.hasTimes()) {
            Beneath.setTimes(file.descriptor(), now.accessed(), now.modified());
        }
    }

    static void setSize(Subject file, long size) throws Refused {
        if (size < 0) {
            throw new Refused(Status.FBIG);
        }
        try (Descriptor content = file.open(Libc.O_WRONLY)) {
            Content.setSize(content, size);
            Content.flush(content);
        }
    }

    void read(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        long offset = call.in().nextLong();
        int count = call.in().nextInt();
        Subject file = call.open(handle);
        try (Descriptor content = file.open(Libc.O_RDONLY)) {
            long size = Beneath.stat(content).size();
            boolean isBehind = offset < 0 || offset >= size;
            long asked = Math.min(Integer.toUnsignedLong(count), MOST_BYTES);
            int most = isBehind ? 0 : (int) Math.min(asked, size - offset);
            XdrOutput out = call.done();
            file.writeAfter(out);
            int head = out.position();
            out.putInt(0).putBoolean(false).putInt(0);
            ByteBuffer room = out.room(most + 3);
            int start = room.position();
            room.limit(start + most);
            Content.read(content, offset, room);
            room.limit(room.capacity());
            int read = room.position() - start;
            out.putInt(head, read);
            out.putInt(head + 4, isBehind || read < most || offset + read >= size ? 1 : 0);
            out.putInt(head + 8, read);
            out.pad();
        }
    }

    void write(NfsCall call) throws IOException {
        Handle handle = call.nextHandle();
        long offset = call.in().nextLong();
        int count = call.in().nextInt();
        int stable = call.in().nextInt();
        ByteBuffer data = call.in().nextOpaque(MOST_BYTES);
        if (count != data.remaining() || stable < UNSTABLE || stable > FILE_SYNC) {
            throw new ProtocolException("a write that does not say what it is");
        }
        Subject file = call.open(handle);
        file.needWritable();
        file.needRegular();
        if (offset < 0 || offset > Long.MAX_VALUE - count) {
            throw new Refused(Status.FBIG);
        }
        try (Descriptor content = file.open(Libc.O_WRONLY)) {
            Content.write(content, offset, data);
            if (stable != UNSTABLE) {
                Content.flush(content);
            }
        }
        file.writeBoth(call.done());
        call.out().putInt(count).putInt(stable == UNSTABLE ? UNSTABLE : FILE_SYNC);
        call.out().putLong(verifier);
    }

    /// The whole file is flushed, whatever part is asked for.
    void commit(NfsCall call) throws IOException {
        Subject file = call.open(call.nextHandle());
        file.needWritable();
        try (Descriptor content = file.open(Libc.O_RDONLY)) {
            Content.flush(content);
        }
        file.writeBoth(call.done());
        call.out().putLong(verifier);
    }
}
