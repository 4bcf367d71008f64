package carryall.block;

import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;

/// A process of its own for `FuseMountTest`. It maps a file as QEMU does, or mounts one and stays,
/// or mounts one and reads it itself.
final class FuseProcess {
    private FuseProcess() {}

    public static void main(String[] words) throws Exception {
        Path path = Path.of(words[1]);
        switch (words[0]) {
            case "map" -> map(path);
            case "touch" -> touch(path, Long.parseLong(words[2]));
            case "stay" -> {
                FuseMount.mount(path, Map.of("memory", ComingDevice.whole(8192)));
                System.out.println("mounted");
                System.in.read();
            }
            case "read" -> {
                try (FuseMount mount =
                        FuseMount.mount(path, Map.of("memory", ComingDevice.whole(8192)))) {
                    System.out.println(isContent(Files.readAllBytes(mount.file("memory"))));
                } catch (FuseMissing missing) {
                    System.out.println(missing.getMessage());
                }
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        System.exit(0);
    }

    private static boolean isContent(byte[] content) {
        return content.length > 0
                && Arrays.equals(content, ComingDevice.content(0, content.length));
    }

    private static void map(Path path) throws Exception {
        try (FileChannel file =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer mapped = file.map(FileChannel.MapMode.PRIVATE, 0, file.size());
            byte[] content = new byte[mapped.capacity()];
            mapped.get(0, content);
            for (int i = 0; i < content.length; i += 4096) {
                mapped.put(i, (byte) (content[i] + 1));
            }
            boolean isWritten = true;
            for (int i = 0; i < content.length; i += 4096) {
                isWritten &= mapped.get(i) == (byte) (content[i] + 1);
            }
            System.out.println(isContent(content) + " " + isWritten);
        }
    }

    private static void touch(Path path, long offset) throws Exception {
        try (FileChannel file =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer mapped = file.map(FileChannel.MapMode.PRIVATE, 0, file.size());
            System.out.println(mapped.get((int) offset) == ComingDevice.at(offset));
        }
    }
}
