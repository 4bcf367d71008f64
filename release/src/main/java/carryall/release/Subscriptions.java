package carryall.release;

import carryall.appliance.ApplianceName;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What the user follows: a directory with one file for each, written beside and renamed. Safe for
/// many processes.
public final class Subscriptions {
    private static final String ENDING = ".json";

    private final Path directory;

    /// Over a directory, which need not be there yet.
    public Subscriptions(Path directory) {
        this.directory = directory;
    }

    private Path file(ApplianceName name) {
        return directory.resolve(name.publisher() + "_" + name.app() + ENDING);
    }

    /// All of them, by name.
    public List<Subscription> list() throws IOException {
        List<Subscription> all = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + ENDING)) {
                for (Path file : files) {
                    all.add(read(file));
                }
            }
        }
        all.sort(Comparator.comparing(one -> one.name().toString()));
        return all;
    }

    private static Subscription read(Path file) throws IOException {
        try {
            return Subscription.parse(Files.readString(file));
        } catch (IllegalArgumentException wrong) {
            throw new ReleaseException.SubscriptionDamaged(file, wrong);
        }
    }

    /// The one of an appliance.
    public Optional<Subscription> find(ApplianceName name) throws IOException {
        Path file = file(name);
        return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /// Adds one, or replaces that of the same name.
    public void put(Subscription subscription) throws IOException {
        Durable.replace(file(subscription.name()), subscription.text());
    }

    /// Forgets one.
    ///
    /// @return whether it was there
    public boolean remove(ApplianceName name) throws IOException {
        return Files.deleteIfExists(file(name));
    }
}
