package carryall.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A file on a web server, uncompressed, whose blocks are fetched when they are asked for and then
/// kept: `nbdkit`'s `curl`, with blocks so large that they are read ahead of what was asked for.
/// (Its `readahead` does nothing over `curl` in the version that Debian 12 has.)
///
/// @param socket where it is an NBD server
/// @param pid written when it serves
record HttpDisk(Path socket, Path pid) {
    private static final String BLOCK = "256K";

    /// The packages' commands.
    static final List<String> NEEDS = List.of("nbdkit", "curl");

    static HttpDisk start(String part, Path folder, Started started) throws IOException {
        HttpDisk disk = new HttpDisk(folder.resolve(part + ".sock"), folder.resolve(part + ".nbd"));
        started.start(
                "nbdkit",
                "-f",
                "-U",
                disk.socket.toString(),
                "-P",
                disk.pid.toString(),
                "--filter=cow",
                "curl",
                "url=" + WebServer.address("parts/" + part),
                "cow-on-read=true",
                "cow-block-size=" + BLOCK);
        return disk;
    }
}
