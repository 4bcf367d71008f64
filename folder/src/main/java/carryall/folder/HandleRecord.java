package carryall.folder;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;

/// One record of the handle table, see `docs/formats/handles.md`.
sealed interface HandleRecord {
    int HEAD_BYTES = 8 + 2 * Handle.BYTES;
    int MOST_BYTES = HEAD_BYTES + 256;

    Handle handle();

    /// A file lies in a directory under a name: from now on, whatever was said before.
    record Lies(Handle handle, FileType type, Handle directory, Name name)
            implements HandleRecord {}

    /// A handle means no file any more.
    record Gone(Handle handle) implements HandleRecord {}

    default byte[] bytes() {
        return switch (this) {
            case Lies lies -> {
                byte[] name = lies.name.bytes();
                byte[] record = new byte[HEAD_BYTES + ((name.length + 3) & ~3)];
                ByteBuffer bytes = ByteBuffer.wrap(record);
                bytes.putInt(0).put((byte) 1).put((byte) lies.type.code());
                bytes.put((byte) name.length).put((byte) 0);
                lies.handle.write(bytes);
                lies.directory.write(bytes);
                bytes.put(name);
                yield sealed(record);
            }
            case Gone gone -> {
                byte[] record = new byte[HEAD_BYTES];
                ByteBuffer bytes = ByteBuffer.wrap(record);
                bytes.putInt(0).putInt(2 << 24);
                gone.handle.write(bytes);
                gone.handle.write(bytes);
                yield sealed(record);
            }
        };
    }

    private static byte[] sealed(byte[] record) {
        ByteBuffer.wrap(record).putInt(0, crc(record, record.length));
        return record;
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, Integer.BYTES, length - Integer.BYTES);
        return (int) crc.getValue();
    }

    /// How long a record is; at least so many bytes have to be there to read it.
    ///
    /// @param head its first 8 bytes
    static int length(byte[] head) {
        return HEAD_BYTES + ((Byte.toUnsignedInt(head[6]) + 3) & ~3);
    }

    /// Reads one.
    ///
    /// @param bytes a record from its first byte on, and anything after it
    /// @return nothing if it is damaged
    static Optional<HandleRecord> read(byte[] bytes, int available) {
        if (available < HEAD_BYTES || available < length(bytes)) {
            return Optional.empty();
        }
        ByteBuffer from = ByteBuffer.wrap(bytes);
        if (from.getInt() != crc(bytes, length(bytes))) {
            return Optional.empty();
        }
        int kind = from.get();
        int code = from.get();
        int length = Byte.toUnsignedInt(from.get());
        from.get();
        try {
            Handle handle = Handle.read(from);
            Handle directory = Handle.read(from);
            if (kind == 2) {
                return Optional.of(new Gone(handle));
            }
            byte[] raw = new byte[length];
            from.get(raw);
            String name = new String(raw, java.nio.charset.StandardCharsets.ISO_8859_1);
            Optional<FileType> type = FileType.coded(code);
            return kind == 1 && type.isPresent() && Name.isName(name)
                    ? Optional.of(new Lies(handle, type.get(), directory, new Name(name)))
                    : Optional.empty();
        } catch (Refused notAHandle) {
            return Optional.empty();
        }
    }
}
