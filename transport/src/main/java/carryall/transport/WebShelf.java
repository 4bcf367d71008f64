package carryall.transport;

import java.net.URI;
import java.util.List;

/// A shelf folder on a web server; only read. The server need do no more than serve files, with
/// ranges (RFC 9110, 14).
public final class WebShelf implements Shelf {
    private final WebContent content;

    /// Asks nothing yet.
    ///
    /// @param address of the folder, `https:` or, where the settings allow it, `http:`
    /// @throws TransportException.Refused if it is no such address
    /// @throws TransportException.Unusable if the settings' authorities cannot be read
    public WebShelf(URI address, HttpSettings settings) throws TransportException {
        this(address, settings, Patience.usual());
    }

    WebShelf(URI address, HttpSettings settings, Patience patience) throws TransportException {
        String location = address.toString();
        if (address.getRawUserInfo() != null) {
            throw new TransportException.Refused(
                    "the shelf at " + address.getHost(), "has a user or password in its address");
        }
        if (address.getRawQuery() != null || address.getRawFragment() != null) {
            throw new TransportException.Refused(location, "is no address of a folder");
        }
        URI base = location.endsWith("/") ? address : URI.create(location + "/");
        this.content = new WebContent(new UserAgent(location, base, settings, patience), base);
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
