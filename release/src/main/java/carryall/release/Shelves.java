package carryall.release;

import carryall.transport.DockerCredentials;
import carryall.transport.FolderShelf;
import carryall.transport.HttpSettings;
import carryall.transport.RegistryShelf;
import carryall.transport.Shelf;
import carryall.transport.TransportException;
import carryall.transport.WebShelf;
import java.util.Map;

/// Opens shelves by their addresses.
public final class Shelves {
    private final Map<String, String> environment;

    /// @param environment says where docker's credentials are
    public Shelves(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /// A shelf; nothing is asked of it yet.
    public Shelf open(Reference.ShelfAddress address, Subscription.Settings settings)
            throws TransportException {
        HttpSettings http = HttpSettings.usual();
        http = settings.ca().isPresent() ? http.trusting(settings.ca().get()) : http;
        http =
                settings.plainHttp() == Subscription.Transport.PLAIN_ALLOWED
                        ? http.allowingPlainHttp()
                        : http;
        return switch (address) {
            case Reference.ShelfAddress.Folder folder -> new FolderShelf(folder.path());
            case Reference.ShelfAddress.Web web -> new WebShelf(web.uri(), http);
            case Reference.ShelfAddress.Registry registry ->
                    new RegistryShelf(registry.name(), http, DockerCredentials.of(environment));
        };
    }
}
