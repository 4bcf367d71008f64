package carryall.block;

import carryall.libc.Libc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Answers what the kernel asks about one mount, in protocol 7.31 of its `linux/fuse.h`: a header
/// and what belongs to it, in the machine's byte order.
///
/// One platform thread reads requests and answers at once what needs no waiting. A read that waits
/// for content has a virtual thread, which answers when the content has come. The kernel asks for
/// few at a time: [#MOST_BACKGROUND] that it reads ahead, and one for each thread of a client.
final class FuseSession {
    /// Reads that wait. If there are so many, no more requests are taken until one is answered.
    static final int MOST_WAITING = 128;

    private static final int MOST_BACKGROUND = 64;
    private static final int CONGESTION = 48;
    private static final int PAGE = 4096;
    private static final int MOST_WRITE = 128 << 10;
    private static final int REQUEST_BYTES = MOST_WRITE + (16 << 10);
    private static final int REQUEST_HEADER = 40;
    private static final int WRITE_HEADER = 80;
    private static final int REPLY_HEADER = 16;
    private static final int MINOR = 31;
    private static final Duration LONGEST_END = Duration.ofSeconds(10);

    private static final int LOOKUP = 1;
    private static final int FORGET = 2;
    private static final int GETATTR = 3;
    private static final int SETATTR = 4;
    private static final int SYMLINK = 6;
    private static final int MKNOD = 8;
    private static final int MKDIR = 9;
    private static final int UNLINK = 10;
    private static final int RMDIR = 11;
    private static final int RENAME = 12;
    private static final int LINK = 13;
    private static final int OPEN = 14;
    private static final int READ = 15;
    private static final int WRITE = 16;
    private static final int STATFS = 17;
    private static final int RELEASE = 18;
    private static final int SETXATTR = 21;
    private static final int REMOVEXATTR = 24;
    private static final int INIT = 26;
    private static final int OPENDIR = 27;
    private static final int READDIR = 28;
    private static final int RELEASEDIR = 29;
    private static final int CREATE = 35;
    private static final int DESTROY = 38;
    private static final int BATCH_FORGET = 42;
    private static final int FALLOCATE = 43;
    private static final int RENAME2 = 45;
    private static final int COPY_FILE_RANGE = 47;
    private static final int TMPFILE = 51;

    private static final int ASYNC_READ = 1;
    private static final int BIG_WRITES = 1 << 5;
    private static final int PARALLEL_DIROPS = 1 << 18;
    private static final int MAX_PAGES = 1 << 22;
    private static final int KEEP_CACHE = 2;
    private static final int CACHE_DIR = 8;
    private static final int NO_FLUSH = 32;

    private final FuseDevice device;
    private final FuseFiles files;
    private final int mostRead;
    private final ByteBuffer request = FuseDevice.direct(REQUEST_BYTES);
    private final ByteBuffer out;
    private final Semaphore places = new Semaphore(MOST_WAITING);

    /// Reads that wait, by the number of their request; whoever removes one answers it. Guarded by
    /// itself, as is [#isOver].
    private final Map<Long, Thread> waiting = new HashMap<>();

    private boolean isOver;

    /// What a read that waited is answered from; guarded by [#lateLock].
    private final ByteBuffer late;

    private final ReentrantLock lateLock = new ReentrantLock();

    /// @param mostRead most bytes that one read asks for, and most that one fault reads around
    ///   itself; whole pages
    FuseSession(FuseDevice device, FuseFiles files, int mostRead) {
        this.device = device;
        this.files = files;
        this.mostRead = mostRead;
        this.out = FuseDevice.direct(REPLY_HEADER + Math.max(mostRead, PAGE));
        this.late = FuseDevice.direct(REPLY_HEADER + mostRead);
    }

    /// Answers until the mount is gone or [FuseDevice#wake] was called.
    void run() throws IOException {
        while (device.next(request)) {
            answer();
        }
    }

    /// Answers the reads that wait with an error; so will be all that come.
    void stop() throws IOException {
        Map<Long, Thread> left;
        synchronized (waiting) {
            isOver = true;
            left = Map.copyOf(waiting);
            waiting.clear();
            left.values().forEach(Thread::interrupt);
        }
        for (long unique : left.keySet()) {
            replyLate(unique, Optional.empty());
        }
    }

    /// Waits until no device is used any more, but not for ever.
    void awaitEnd() throws InterruptedException {
        var _ = places.tryAcquire(MOST_WAITING, LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void answer() throws IOException {
        int operation = request.getInt(4);
        long unique = request.getLong(8);
        long node = request.getLong(16);
        out.clear().position(REPLY_HEADER);
        request.position(Math.min(REQUEST_HEADER, request.limit()));
        switch (operation) {
            case INIT -> {
                agree();
                reply(unique, 0);
            }
            case LOOKUP -> {
                Optional<Long> found =
                        node == FuseFiles.DIRECTORY ? files.lookUp(request) : Optional.empty();
                found.ifPresent(file -> files.putEntry(file, out));
                reply(unique, found.isPresent() ? 0 : -Libc.ENOENT);
            }
            case GETATTR -> {
                boolean has = files.has(node);
                if (has) {
                    files.putAttributesReply(node, out);
                }
                reply(unique, has ? 0 : -Libc.ENOENT);
            }
            case OPEN -> {
                out.putLong(0).putInt(KEEP_CACHE | NO_FLUSH).putInt(0);
                reply(unique, 0);
            }
            case OPENDIR -> {
                out.putLong(0).putInt(KEEP_CACHE | CACHE_DIR).putInt(0);
                reply(unique, 0);
            }
            case READ -> read(unique, node, request.getLong(48), request.getInt(56));
            case WRITE -> write(unique, node, request.getLong(48), request.getInt(56));
            case READDIR -> {
                files.putNames(request.getLong(48), request.getInt(56), out);
                reply(unique, 0);
            }
            case STATFS -> {
                files.putFigures(out);
                reply(unique, 0);
            }
            case RELEASE, RELEASEDIR, DESTROY -> reply(unique, 0);
            case FORGET, BATCH_FORGET -> {} // Has no reply.
            case SETATTR,
                    SYMLINK,
                    MKNOD,
                    MKDIR,
                    UNLINK,
                    RMDIR,
                    RENAME,
                    LINK,
                    SETXATTR,
                    REMOVEXATTR,
                    CREATE,
                    FALLOCATE,
                    RENAME2,
                    COPY_FILE_RANGE,
                    TMPFILE ->
                    reply(unique, -Libc.EROFS);
            // The kernel does these itself then, or asks no more. Among them is INTERRUPT: a
            // guest's
            // processor that gets a signal while it waits for memory goes on waiting.
            default -> reply(unique, -Libc.ENOSYS);
        }
    }

    private void agree() {
        int readAhead = Math.min(request.getInt(48), mostRead);
        int flags = request.getInt(52) & (ASYNC_READ | BIG_WRITES | PARALLEL_DIROPS | MAX_PAGES);
        out.putInt(7).putInt(MINOR).putInt(readAhead).putInt(flags);
        out.putShort((short) MOST_BACKGROUND).putShort((short) CONGESTION);
        out.putInt(MOST_WRITE).putInt(1);
        out.putShort((short) (mostRead / PAGE)).putShort((short) 0);
        out.put(new byte[32]);
    }

    private void read(long unique, long node, long offset, int size) throws IOException {
        Optional<BlockDevice> found = files.device(node);
        if (found.isEmpty() || offset < 0 || size < 0 || size > mostRead) {
            reply(unique, -Libc.EINVAL);
            return;
        }
        BlockDevice content = found.get();
        int length = Math.clamp(content.size() - offset, 0, size);
        if (length == 0) {
            reply(unique, 0);
        } else if (content.isReady(offset, length)) {
            try {
                content.read(offset, out.limit(REPLY_HEADER + length));
                out.position(REPLY_HEADER + length);
                reply(unique, 0);
            } catch (IOException failed) {
                out.clear().position(REPLY_HEADER);
                reply(unique, -Libc.EIO);
            }
        } else {
            readLater(unique, content, offset, length);
        }
    }

    private void write(long unique, long node, long offset, int size) throws IOException {
        Optional<BlockDevice> found = files.device(node);
        if (found.isEmpty() || !(found.get() instanceof WritableDevice content)) {
            reply(unique, -Libc.EROFS);
        } else if (offset < 0
                || size < 0
                || size > request.limit() - WRITE_HEADER
                || offset > content.size() - size) {
            reply(unique, -Libc.EFBIG);
        } else {
            try {
                content.write(offset, request.slice(WRITE_HEADER, size));
                out.putInt(size).putInt(0);
                reply(unique, 0);
            } catch (IOException failed) {
                reply(unique, -Libc.EIO);
            }
        }
    }

    private void readLater(long unique, BlockDevice content, long offset, int length)
            throws IOException {
        places.acquireUninterruptibly(); // Whoever waits is interrupted at the end.
        Thread thread =
                Thread.ofVirtual()
                        .name("fuse wait")
                        .unstarted(() -> {
                            try {
                                readAndReply(unique, content, offset, length);
                            } catch (IOException gone) {
                                // The mount is.
                            } finally {
                                places.release();
                            }
                        });
        synchronized (waiting) {
            if (!isOver) {
                waiting.put(unique, thread);
                thread.start();
                return;
            }
        }
        places.release();
        reply(unique, -Libc.EIO);
    }

    private void readAndReply(long unique, BlockDevice content, long offset, int length)
            throws IOException {
        ByteBuffer came = ByteBuffer.allocate(length);
        Optional<ByteBuffer> whole = Optional.empty();
        try {
            content.read(offset, came);
            whole = Optional.of(came.flip());
        } catch (IOException failed) {
            // Whoever asked is told.
        } finally {
            replyIfWaiting(unique, whole);
        }
    }

    private void replyIfWaiting(long unique, Optional<ByteBuffer> content) throws IOException {
        synchronized (waiting) {
            if (waiting.remove(unique) == null) {
                return;
            }
        }
        replyLate(unique, content);
    }

    private void reply(long unique, int error) throws IOException {
        device.reply(headed(out, unique, error));
    }

    /// @param content nothing if it could not be had
    private void replyLate(long unique, Optional<ByteBuffer> content) throws IOException {
        lateLock.lock();
        try {
            late.clear().position(REPLY_HEADER);
            content.ifPresent(late::put);
            device.reply(headed(late, unique, content.isPresent() ? 0 : -Libc.EIO));
        } finally {
            lateLock.unlock();
        }
    }

    /// A reply ends where its buffer stands.
    private static ByteBuffer headed(ByteBuffer reply, long unique, int error) {
        reply.flip();
        return reply.putInt(0, reply.limit()).putInt(4, error).putLong(8, unique);
    }
}
