package carryall.transport;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;

/// Where a shelf is reached, and where it may send us.
///
/// @param scheme `http` or `https`
/// @param host in lower case
/// @param port 1 to 65,535
record Origin(String scheme, String host, int port) {
    /// Of an address; empty for what no request goes to: other schemes, no host, a user in it.
    static Optional<Origin> of(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? 443 : scheme.equals("http") ? 80 : -1;
        String host = uri.getHost();
        if (usual < 0 || host == null || host.isEmpty() || uri.getRawUserInfo() != null) {
            return Optional.empty();
        }
        int port = uri.getPort() < 0 ? usual : uri.getPort();
        return port < 1 || port > 65_535
                ? Optional.empty()
                : Optional.of(new Origin(scheme, host.toLowerCase(Locale.ROOT), port));
    }

    boolean plain() {
        return scheme.equals("http");
    }

    /// By its name alone: what a name server says is no promise.
    boolean loopback() {
        return host.equals("localhost")
                || host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}")
                || host.equals("[::1]");
    }

    /// Why a shelf at this origin may not send us from one address to another; empty if it may.
    Optional<String> refusal(Origin from, Origin to) throws UnknownHostException {
        if (to.equals(this)) {
            return Optional.empty();
        }
        if (!from.plain() && to.plain()) {
            return Optional.of("sends from https to http");
        }
        if (to.plain() && !to.host.equals(host) && !(loopback() && to.loopback())) {
            return Optional.of("sends to another host without TLS");
        }
        for (InetAddress address : InetAddress.getAllByName(to.host)) {
            boolean ours = address.isLoopbackAddress() && !loopback();
            if (ours
                    || address.isLinkLocalAddress()
                    || address.isAnyLocalAddress()
                    || address.isMulticastAddress()) {
                return Optional.of("sends to " + to.host + ", an address of this host or its link");
            }
        }
        return Optional.empty();
    }
}
