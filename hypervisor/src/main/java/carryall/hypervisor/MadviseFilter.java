package carryall.hypervisor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A filter of system calls, as the kernel takes it (seccomp, classic BPF), under which
/// `madvise(MADV_HUGEPAGE)` fails as on a kernel without huge pages. All else goes through.
///
/// QEMU asks for huge pages for every guest memory. Where that is mapped from a file, the kernel
/// then reads 2 MiB around each fault, whatever the file system wants read ahead. A LibreCAD of 768
/// MiB that was resumed from a FUSE file read 312 MiB of it until it reacted to a key; under this
/// filter 126 in parts of 64 KiB, 72 in parts of 16 KiB, 34 in parts of 4 KiB, and no later (Linux
/// 6.18, QEMU 7.2, TCG).
final class MadviseFilter {
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int ALLOW = 0x7fff0000;
    private static final int FAIL_INVALID = 0x00050000 | 22;

    /// In `struct seccomp_data`.
    private static final int CALL = 0;

    private static final int ARCHITECTURE = 4;
    private static final int THIRD_ARGUMENT = 32;

    private static final int X86_64 = 0xc000003e;
    private static final int X86_64_MADVISE = 28;
    private static final int AARCH64 = 0xc00000b7;
    private static final int AARCH64_MADVISE = 233;
    private static final int MADV_HUGEPAGE = 14;

    private MadviseFilter() {}

    /// The program: instructions of 8 bytes. A jump goes on that many instructions after the next.
    static byte[] bytes() {
        ByteBuffer program = ByteBuffer.allocate(11 * 8).order(ByteOrder.nativeOrder());
        put(program, LOAD_WORD, 0, 0, ARCHITECTURE);
        put(program, JUMP_IF_EQUAL, 0, 2, X86_64);
        put(program, LOAD_WORD, 0, 0, CALL);
        put(program, JUMP_IF_EQUAL, 3, 5, X86_64_MADVISE);
        put(program, JUMP_IF_EQUAL, 0, 4, AARCH64);
        put(program, LOAD_WORD, 0, 0, CALL);
        put(program, JUMP_IF_EQUAL, 0, 2, AARCH64_MADVISE);
        put(program, LOAD_WORD, 0, 0, THIRD_ARGUMENT);
        put(program, JUMP_IF_EQUAL, 1, 0, MADV_HUGEPAGE);
        put(program, RETURN, 0, 0, ALLOW);
        put(program, RETURN, 0, 0, FAIL_INVALID);
        return program.array();
    }

    private static void put(ByteBuffer program, int code, int ifTrue, int ifFalse, int operand) {
        program.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(operand);
    }
}
