package carryall.release;

import carryall.appliance.Appliance;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.VerifiedFiles;
import carryall.chunk.Assembly;
import carryall.chunk.Image;
import carryall.chunk.Index;
import carryall.chunk.Plan;
import carryall.chunk.Space;
import carryall.transport.Repository;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/// Fetches what opening a machine needs, in its order, from the moment that it is known until a
/// keeper has started and goes on with it. What it fails to get, the keeper gets, and says so.
public final class HeadStart implements Closeable {
    private static final int WORKERS = 3;
    private static final int DEMANDED_WORKERS = 1;

    private final InstalledAppliance arriving;
    private final Index index;
    private final Assembly assembly;
    private final Download download;

    private HeadStart(
            InstalledAppliance arriving, Index index, Assembly assembly, Download download) {
        this.arriving = arriving;
        this.index = index;
        this.assembly = assembly;
        this.download = download;
    }

    static HeadStart begin(
            InstalledAppliance arriving,
            Repository repository,
            Index index,
            List<Space> spaces,
            Plan plan)
            throws IOException {
        Assembly assembly =
                Assembly.open(index, InstalledRelease.files(index, arriving.directory()));
        Download download =
                new Download(
                        repository,
                        index,
                        spaces,
                        assembly,
                        FetchListener.SILENT,
                        Download.Manners.GIVE_UP);
        download.follow(plan);
        download.start(0, DEMANDED_WORKERS);
        return new HeadStart(arriving, index, assembly, download);
    }

    /// Begins with all that opening needs.
    public void goOn() {
        download.start(WORKERS, 0);
    }

    /// Gets one part before all others, and waits for it; to be called before [#goOn], for nothing
    /// else may fail meanwhile.
    ///
    /// @throws carryall.transport.TransportException if the shelf fails
    public void get(Appliance.Part part) throws IOException {
        VerifiedFiles verified = new VerifiedFiles(arriving.directory());
        Path file = arriving.file(part);
        if (verified.knows(file, arriving.content(part).digest())) {
            return;
        }
        Image image = index.image(part.word()).orElseThrow();
        BitSet chunks = new BitSet();
        image.pieces().stream()
                .filter(piece -> !piece.isZeros())
                .forEach(piece -> chunks.set(piece.chunk()));
        download.await(chunks.stream().boxed().toList());
        assembly.force();
        verified.believe(file, arriving.content(part).digest());
    }

    @Override
    public void close() throws IOException {
        download.close();
        assembly.close();
    }
}
