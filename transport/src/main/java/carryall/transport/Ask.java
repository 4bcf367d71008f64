package carryall.transport;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A request.
///
/// @param method such as `GET`
/// @param uri absolute
/// @param headers without `Authorization`
/// @param authorization a secret, for the host of `uri` alone
/// @param body what is sent
record Ask(
        String method,
        URI uri,
        Map<String, String> headers,
        Optional<String> authorization,
        Optional<Blob> body) {
    Ask {
        headers = Map.copyOf(headers);
    }

    static Ask of(String method, URI uri) {
        return new Ask(method, uri, Map.of(), Optional.empty(), Optional.empty());
    }

    Ask header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Ask(method, uri, more, authorization, body);
    }

    Ask authorized(String secret) {
        return new Ask(method, uri, headers, Optional.of(secret), body);
    }

    Ask with(Blob what) {
        return new Ask(method, uri, headers, authorization, Optional.of(what));
    }

    Ask to(URI target, Optional<String> stillAuthorized) {
        return new Ask(method, target, headers, stillAuthorized, body);
    }

    @Override
    public String toString() {
        return method + " " + uri.getHost() + uri.getPath();
    }
}
