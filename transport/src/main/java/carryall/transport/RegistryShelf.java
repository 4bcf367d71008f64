package carryall.transport;

import java.util.List;

/// A path of an OCI registry (OCI distribution-spec), such as `registry.example.com/acme`, whose
/// repository `acme/librecad` is the app `librecad`.
///
/// A registry on loopback is spoken to without TLS unless the settings name a CA; so is one for
/// which the settings allow it. Registries that want a token or a password get one of docker's
/// credentials, and send it nowhere else.
public final class RegistryShelf implements Shelf {
    private final RegistryName name;
    private final UserAgent agent;
    private final RegistryLogin login;

    /// Asks nothing yet.
    ///
    /// @param name `host[:port][/path]`
    /// @throws TransportException.Refused if it is no such name
    /// @throws TransportException.Unusable if the settings' authorities cannot be read
    public RegistryShelf(String name, HttpSettings settings, DockerCredentials credentials)
            throws TransportException {
        this(name, settings, credentials, Patience.usual());
    }

    RegistryShelf(
            String name, HttpSettings settings, DockerCredentials credentials, Patience patience)
            throws TransportException {
        this.name = RegistryName.parse(name, settings);
        this.agent = new UserAgent(name, this.name.base(), settings, patience);
        this.login = new RegistryLogin(agent, this.name.host(), credentials);
    }

    @Override
    public String location() {
        return name.location();
    }

    /// The repositories under the path; not every registry tells.
    @Override
    public List<String> repositories() throws TransportException {
        try {
            return new RegistryPages(agent, login)
                            .names(
                                    name.base().resolve("v2/_catalog?n=1000"),
                                    "_catalog",
                                    "repositories")
                            .stream()
                            .filter(repository -> repository.startsWith(name.prefix()))
                            .map(repository -> repository.substring(name.prefix().length()))
                            .filter(Names::isApp)
                            .sorted()
                            .distinct()
                            .toList();
        } catch (TransportException.Missing | TransportException.Unauthorized silent) {
            throw new TransportException.Refused(location(), "does not tell what it has");
        }
    }

    @Override
    public Repository repository(String app) {
        return new RegistryRepository(name, app, agent, login);
    }
}
