package carryall.cli;

import carryall.home.FolderStore;
import carryall.home.Home;
import carryall.home.HomeStore;
import carryall.home.RegistryStore;
import carryall.machine.Machines;
import carryall.release.Reference;
import carryall.transport.DockerCredentials;
import carryall.transport.HttpSettings;
import carryall.transport.RegistryShelf;
import carryall.transport.TransportException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;

/// The way from what a user calls a place to the home there.
final class HomeDoor {
    private HomeDoor() {}

    /// Where this host keeps what it knows of its home.
    static Path folder(Machines machines) {
        return machines.home().resolve("home");
    }

    /// The home that this host belongs to.
    static Home open(Machines machines) throws IOException {
        Path folder = folder(machines);
        return Home.open(
                store(Home.place(folder), Home.writer(folder)),
                folder,
                InstantSource.system(),
                new SecureRandom());
    }

    /// A place as it is written down: a path from the root on, or a registry's repository.
    ///
    /// @throws TransportException.Refused if it is neither
    static String place(String where) throws TransportException {
        if (Files.isDirectory(Path.of(where))) {
            return Path.of(where).toAbsolutePath().normalize().toString();
        }
        return switch (address(where)) {
            case Reference.ShelfAddress.Folder folder -> folder.text();
            case Reference.ShelfAddress.Registry registry -> registry.text();
            case Reference.ShelfAddress.Web web ->
                    throw new TransportException.Refused(
                            web.text(), "is a web server, which nobody can write to");
        };
    }

    private static Reference.ShelfAddress address(String where) throws TransportException {
        try {
            return Reference.ShelfAddress.parse(where);
        } catch (IllegalArgumentException wrong) {
            throw new TransportException.Refused(
                    where, "is neither a folder nor a registry's repository");
        }
    }

    /// What lies at a place; nothing is asked yet.
    static HomeStore store(String place, UUID writer) throws TransportException {
        return switch (address(place)) {
            case Reference.ShelfAddress.Folder folder -> new FolderStore(folder.path(), writer);
            case Reference.ShelfAddress.Web web ->
                    throw new TransportException.Refused(
                            web.text(), "is a web server, which nobody can write to");
            case Reference.ShelfAddress.Registry registry -> {
                int slash = registry.name().lastIndexOf('/');
                if (slash < 0) {
                    throw new TransportException.Refused(place, "names no repository");
                }
                yield new RegistryStore(
                        new RegistryShelf(
                                        registry.name().substring(0, slash),
                                        HttpSettings.usual(),
                                        DockerCredentials.of(System.getenv()))
                                .repository(registry.name().substring(slash + 1)));
            }
        };
    }

    /// What this host is called there, unless somebody says otherwise.
    static String label() {
        try {
            String name = InetAddress.getLocalHost().getHostName();
            return name.substring(0, Math.min(name.length(), 80));
        } catch (UnknownHostException nameless) {
            return "host";
        }
    }
}
