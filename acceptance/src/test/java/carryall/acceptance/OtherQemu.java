package carryall.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A later QEMU than this host's: that of Debian's backports, unpacked to a folder and not
/// installed.
final class OtherQemu {
    private static final String UNPACK =
            """
            set -eu
            mkdir -p lists/partial cache/archives/partial
            echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
            http://deb.debian.org/debian bookworm-backports main" >sources.list
            set -- -q -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=/dev/null \
                -o Dir::State::lists="$PWD/lists" -o Dir::Cache="$PWD/cache" \
                -o APT::Sandbox::User=root
            apt-get "$@" update
            apt-get "$@" download qemu-system-x86/bookworm-backports \
                qemu-system-common/bookworm-backports qemu-system-data/bookworm-backports \
                seabios/bookworm-backports
            for package in *.deb; do dpkg-deb -x "$package" root; done
            rm -rf lists cache *.deb
            """;

    private OtherQemu() {}

    /// Where it is; fetched the first time.
    static Path folder() throws IOException, InterruptedException {
        Path place = Command.repository().resolve(".carryall/other-qemu");
        if (!Files.isDirectory(place)) {
            Path beside = Files.createTempDirectory(place.getParent(), "other-qemu");
            Path script = beside.resolve("unpack");
            Files.writeString(script, UNPACK, StandardCharsets.UTF_8);
            Tool.run("sh", "-c", "cd " + beside + " && sh " + script + " >/dev/null");
            Files.move(beside.resolve("root"), place);
            Tool.run("rm", "-rf", beside.toString());
        }
        return place;
    }
}
