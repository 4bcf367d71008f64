package carryall.transport;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A registry and a path in it, as people write it: `registry.example.com/acme`.
///
/// `docker.io`, or `index.docker.io`, is what docker's tools make of it: it answers at
/// `registry-1.docker.io`, and without a path it is `library`.
///
/// @param location as it was written
/// @param base `https://registry.example.com/`
/// @param host what docker's configuration calls it: `host`, `host:port` or [#DOCKER_HUB]
/// @param prefix of its repositories' names: `acme/`, or empty
record RegistryName(String location, URI base, String host, String prefix) {
    /// What docker keeps the credentials of `docker.io` under, since there was another protocol.
    static final String DOCKER_HUB = "https://index.docker.io/v1/";

    /// Names as distribution-spec, "Pulling manifests", has them.
    private static final Pattern FORM =
            Pattern.compile(
                    "([A-Za-z0-9.-]{1,255}|\\[[0-9a-fA-F:]{2,40}\\])(:[0-9]{1,5})?"
                            + "((?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*)");

    /// Reads it; with TLS unless it need not be.
    ///
    /// @throws TransportException.Refused if it is no such name
    static RegistryName parse(String name, HttpSettings settings) throws TransportException {
        Matcher parts = FORM.matcher(name);
        if (name.length() > 255 || !parts.matches()) {
            throw new TransportException.Refused(
                    "'" + name + "'", "is no registry such as registry.example.com/acme");
        }
        String written = parts.group(1) + (parts.group(2) == null ? "" : parts.group(2));
        boolean isHub = isDockerHub(written);
        String host = isHub ? "registry-1.docker.io" : written;
        URI secure;
        try {
            secure = URI.create("https://" + host + "/");
        } catch (IllegalArgumentException rubbish) {
            throw new TransportException.Refused("'" + name + "'", "names no host");
        }
        boolean loopback = Origin.of(secure).filter(Origin::loopback).isPresent();
        boolean plain =
                settings.plainHttp() == PlainHttp.ALLOWED
                        || (loopback && settings.extraCa().isEmpty());
        URI base = plain ? URI.create("http://" + host + "/") : secure;
        String path = parts.group(3).isEmpty() && isHub ? "/library" : parts.group(3);
        return new RegistryName(
                name,
                base,
                isHub ? DOCKER_HUB : host,
                path.isEmpty() ? "" : path.substring(1) + "/");
    }

    /// Whether a host is one of the names that docker's tools have for their own registry.
    static boolean isDockerHub(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.equals("docker.io") || lower.equals("index.docker.io");
    }
}
