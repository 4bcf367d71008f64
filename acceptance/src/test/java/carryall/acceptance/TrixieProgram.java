package carryall.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Debian trixie's cosign, unpacked to a folder and not installed.
final class Cosign {
    private static final String UNPACK =
            """
            rm -rf "$1.part"
            mkdir -p "$1.part/lists/partial" "$1.part/cache/archives/partial"
            cd "$1.part"
            echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
            http://deb.debian.org/debian trixie main" >sources.list
            set -- "$1" -q -o Dir::Etc::sourcelist="$PWD/sources.list" \
                -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$PWD/lists" \
                -o Dir::Cache="$PWD/cache" -o APT::Sandbox::User=root
            place=$1
            shift
            apt-get "$@" update
            apt-get "$@" download cosign/trixie
            dpkg-deb -x cosign_*.deb root
            mv root "$place"
            rm -rf "$place.part"
            """;

    private Cosign() {}

    /// The program; fetched the first time.
    static Path program() throws IOException, InterruptedException {
        Path place = Command.repository().resolve(".carryall/cosign");
        if (!Files.isDirectory(place)) {
            Tool.script(UNPACK, place.toString());
        }
        return place.resolve("usr/bin/cosign");
    }
}
