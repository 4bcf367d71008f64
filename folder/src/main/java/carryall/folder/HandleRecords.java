package carryall.folder;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.Arrays;
import java.util.Optional;

/// The records of a handle table one after the other, up to the end or the first that is damaged.
/// Others may seek in the file meanwhile.
final class HandleRecords {
    private final RandomAccessFile file;
    private final long limit;
    private byte[] buffer = new byte[64 << 10];
    private int from;
    private int to;

    /// Where in the file the next byte comes from that is not in the buffer.
    private long position;

    private long start;

    HandleRecords(RandomAccessFile file, long position, long limit) {
        this.file = file;
        this.position = position;
        this.limit = limit;
    }

    Optional<HandleRecord> next() throws IOException {
        if (to - from < HandleRecord.MOST_BYTES) {
            fill();
        }
        byte[] bytes =
                Arrays.copyOfRange(buffer, from, Math.min(to, from + HandleRecord.MOST_BYTES));
        Optional<HandleRecord> record = HandleRecord.read(bytes, bytes.length);
        if (record.isPresent()) {
            start = end();
            from += HandleRecord.length(bytes);
        }
        return record;
    }

    private void fill() throws IOException {
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
        while (to < buffer.length && position < limit) {
            file.seek(position);
            int some = file.read(buffer, to, (int) Math.min(buffer.length - to, limit - position));
            if (some < 0) {
                return;
            }
            to += some;
            position += some;
        }
    }

    /// Where the last record begins.
    long start() {
        return start;
    }

    /// Where the last record ends.
    long end() {
        return position - (to - from);
    }
}
