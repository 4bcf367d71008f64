package carryall.home;

/// How long an object is made before it is sealed, so that its length tells little: one of 16
/// lengths from 4 KiB to 16 MiB; above, whole multiples of 16 MiB.
final class SizeClass {
    private static final int KIB = 1024;
    static final int LARGEST = 16 << 20;
    private static final int[] CLASSES = {
        4 * KIB,
        16 * KIB,
        64 * KIB,
        128 * KIB,
        256 * KIB,
        512 * KIB,
        1024 * KIB,
        1536 * KIB,
        2048 * KIB,
        3072 * KIB,
        4096 * KIB,
        6144 * KIB,
        8192 * KIB,
        10240 * KIB,
        12288 * KIB,
        LARGEST
    };

    private SizeClass() {}

    /// The length for so many bytes.
    static int of(int bytes) {
        for (int size : CLASSES) {
            if (bytes <= size) {
                return size;
            }
        }
        return Math.multiplyExact(Math.ceilDiv(bytes, LARGEST), LARGEST);
    }
}
