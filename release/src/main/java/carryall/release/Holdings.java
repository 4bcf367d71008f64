package carryall.release;

import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.Delta;
import carryall.chunk.DeltaFormat;
import carryall.chunk.Index;
import carryall.chunk.Plan;
import carryall.chunk.Space;
import carryall.crypto.Digest;
import carryall.transport.Repository;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What this host holds of other releases that makes a fetch shorter.
///
/// @param spaces the images of releases that are here whole
/// @param deltas from any of them to the release that is wanted
record Holdings(List<Space> spaces, List<Delta> deltas) implements Closeable {
    /// Opens them.
    ///
    /// @throws IllegalArgumentException if what should be a delta is none
    static Holdings open(Appliances appliances, Repository repository, Release release)
            throws IOException {
        Holdings holdings = new Holdings(new ArrayList<>(), new ArrayList<>());
        try {
            Set<Digest> bases = new HashSet<>();
            for (InstalledAppliance installed : appliances.list()) {
                InstalledRelease held = InstalledRelease.of(installed).orElse(null);
                if (held != null && isReadable(held)) {
                    holdings.spaces.add(held.open());
                    bases.add(held.release().index().digest());
                }
            }
            for (Descriptor delta : release.deltas()) {
                Digest base = new Digest(delta.annotations().getOrDefault(Release.BASE, ""));
                if (bases.contains(base)) {
                    holdings.deltas.add(
                            DeltaFormat.read(repository.blob(delta.digest(), delta.size())));
                }
            }
            return holdings;
        } catch (IOException | RuntimeException failed) {
            holdings.close();
            throw failed;
        }
    }

    private static boolean isReadable(InstalledRelease held) throws IOException {
        List<Path> files = InstalledRelease.files(held.index(), held.appliance().directory());
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            if (!Files.exists(file)
                    || Files.size(file) != held.index().images().get(i).sizeBytes()) {
                return false;
            }
        }
        return true;
    }

    /// The shortest way to what is not here.
    Plan plan(Index index, BitSet here) {
        return Plan.of(index, here, spaces.stream().map(Space::index).toList(), deltas);
    }

    @Override
    public void close() throws IOException {
        for (Space space : spaces) {
            space.close();
        }
    }
}
