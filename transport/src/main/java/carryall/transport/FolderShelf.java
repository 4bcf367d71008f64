package carryall.transport;

import java.nio.file.Path;
import java.util.List;

/// A folder that is an OCI image layout (image-spec, "Image Layout"): copied by any tool, served by
/// any web server, read by skopeo as `oci:FOLDER:APP:TAG`. Tag `T` of app `A` is the entry of
/// `index.json` whose `org.opencontainers.image.ref.name` is `A:T`. Blobs are shared by all apps.
///
/// Reading takes no lock. Writers, also of other processes, take turns; one that dies leaves
/// nothing that counts. Nothing is made before the first put, and what is asked of a folder that is
/// no layout is refused.
public final class FolderShelf implements Shelf {
    private final FolderContent content;

    /// Over a folder, which need not be there before the first put.
    public FolderShelf(Path folder) {
        this.content = new FolderContent(folder.toAbsolutePath().normalize(), folder.toString());
    }

    /// Makes the folder an empty shelf, unless it is one.
    ///
    /// @throws TransportException.Damaged if an `index.json` of another kind lies there
    public void create() throws TransportException {
        content.create();
    }

    @Override
    public String location() {
        return content.location();
    }

    @Override
    public List<String> repositories() throws TransportException {
        return content.index().repositories();
    }

    @Override
    public Repository repository(String name) {
        return new LayoutRepository(content, name);
    }
}
