package carryall.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Programs of Debian trixie, each unpacked to a folder and not installed.
final class TrixieProgram {
    private static final String UNPACK =
            """
            rm -rf "$1.part"
            mkdir -p "$1.part/lists/partial" "$1.part/cache/archives/partial"
            cd "$1.part"
            echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
            http://deb.debian.org/debian trixie main" >sources.list
            place=$1
            program=$2
            set -- -q -o Dir::Etc::sourcelist="$PWD/sources.list" \
                -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$PWD/lists" \
                -o Dir::Cache="$PWD/cache" -o APT::Sandbox::User=root
            apt-get "$@" update
            apt-get "$@" download "$program/trixie"
            dpkg-deb -x "$program"_*.deb root
            mv root "$place"
            rm -rf "$place.part"
            """;

    private TrixieProgram() {}

    /// Verifies signatures of what registries hold.
    static String cosign() throws IOException, InterruptedException {
        return program("cosign");
    }

    /// Copies what registries hold.
    static String oras() throws IOException, InterruptedException {
        return program("oras");
    }

    /// Fetched the first time.
    private static String program(String name) throws IOException, InterruptedException {
        Path place = Command.repository().resolve(".carryall").resolve(name);
        if (!Files.isDirectory(place)) {
            Tool.script(UNPACK, place.toString(), name);
        }
        return place.resolve("usr/bin").resolve(name).toString();
    }
}
