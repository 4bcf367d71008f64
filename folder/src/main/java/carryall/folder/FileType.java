package carryall.folder;

import java.util.Arrays;
import java.util.Optional;

/// What a file is: `ftype3` of RFC 1813.
enum FileType {
    REGULAR(1, 0100000),
    DIRECTORY(2, 0040000),
    BLOCK(3, 0060000),
    CHARACTER(4, 0020000),
    LINK(5, 0120000),
    SOCKET(6, 0140000),
    FIFO(7, 0010000);

    private static final int MASK = 0170000;
    private final int code;
    private final int mode;

    FileType(int code, int mode) {
        this.code = code;
        this.mode = mode;
    }

    int code() {
        return code;
    }

    static Optional<FileType> coded(int code) {
        return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }

    static FileType of(int mode) {
        for (FileType type : values()) {
            if (type.mode == (mode & MASK)) {
                return type;
            }
        }
        return SOCKET;
    }
}
