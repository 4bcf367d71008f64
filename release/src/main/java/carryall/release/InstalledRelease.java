package carryall.release;

import carryall.appliance.Appliance;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.Image;
import carryall.chunk.Index;
import carryall.chunk.IndexFormat;
import carryall.chunk.Space;
import carryall.transport.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// An appliance on this host that came from a release, or that one was published of. Its files hold
/// every chunk of its index, so what other releases share with it need not be fetched.
///
/// @param release which it is
/// @param index read from beside the files
public record InstalledRelease(InstalledAppliance appliance, Release release, Index index) {
    static final String MANIFEST_FILE = "release.json";
    static final String INDEX_FILE = "release.index";
    private static final Map<String, Appliance.Part> PARTS =
            java.util.Arrays.stream(Appliance.Part.values())
                    .collect(Collectors.toMap(Appliance.Part::word, Function.identity()));

    /// The release of an appliance; empty if it was built here and never published, or if what says
    /// so is damaged: it is then good for running, and not for sharing.
    public static Optional<InstalledRelease> of(InstalledAppliance appliance) throws IOException {
        Path manifest = appliance.directory().resolve(MANIFEST_FILE);
        Path index = appliance.directory().resolve(INDEX_FILE);
        if (!Files.exists(manifest) || !Files.exists(index)) {
            return Optional.empty();
        }
        try {
            Release release =
                    Release.parse(new Manifest(Files.readString(manifest), Release.MANIFEST_TYPE));
            byte[] bytes = Files.readAllBytes(index);
            if (!carryall.crypto.Digest.of(bytes).equals(release.index().digest())
                    || !release.appliance().equals(appliance.id())) {
                return Optional.empty();
            }
            return Optional.of(new InstalledRelease(appliance, release, IndexFormat.read(bytes)));
        } catch (IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    /// Where the images of an index lie in an appliance's folder.
    ///
    /// @throws IllegalArgumentException if it has an image that no appliance has
    static List<Path> files(Index index, Path directory) {
        List<Path> files = new ArrayList<>();
        for (Image image : index.images()) {
            files.add(directory.resolve(part(image.name()).fileName()));
        }
        return files;
    }

    static Appliance.Part part(String image) {
        Appliance.Part part = PARTS.get(image);
        if (part == null) {
            throw new IllegalArgumentException("an image of no part: " + image);
        }
        return part;
    }

    /// Its images, to be read.
    Space open() throws IOException {
        return Space.open(index, files(index, appliance.directory()));
    }
}
