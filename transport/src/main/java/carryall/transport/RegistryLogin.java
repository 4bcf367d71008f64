package carryall.transport;

import carryall.json.JsonText;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What goes into `Authorization` for a registry, by what it is for. Safe for many threads.
final class RegistryLogin {
    private static final int LARGEST = 64 << 10;

    private final UserAgent agent;
    private final String host;
    private final DockerCredentials credentials;
    private final Map<String, String> current = new ConcurrentHashMap<>();

    RegistryLogin(UserAgent agent, String host, DockerCredentials credentials) {
        this.agent = agent;
        this.host = host;
        this.credentials = credentials;
    }

    /// Asks, and proves who we are if that is wanted.
    ///
    /// @param purpose what a token is kept for: a repository
    Answer ask(Ask ask, String purpose) throws TransportException, Passing {
        Optional<String> known = Optional.ofNullable(current.get(purpose));
        Answer answer = agent.ask(known.map(ask::authorized).orElse(ask));
        if (answer.status() != 401 || !agent.isHome(answer.uri())) {
            return answer;
        }
        answer.close();
        Optional<Challenge> challenge =
                Challenge.first(answer.headers().allValues("WWW-Authenticate"));
        if (challenge.isEmpty()) {
            return answer;
        }
        String secret =
                switch (challenge.get()) {
                    case Challenge.Basic _ -> basic();
                    case Challenge.Bearer bearer -> "Bearer " + token(bearer);
                };
        current.put(purpose, secret);
        return agent.ask(ask.authorized(secret));
    }

    private String basic() throws TransportException {
        return switch (credentials.find(host).orElse(null)) {
            case Login.Password password -> password.basic();
            case Login.Refresh _ -> throw unauthorized("it wants a password, not a token");
            case null ->
                    throw unauthorized(
                            "it wants a user and a password, and docker's config.json has none for "
                                    + host);
        };
    }

    private String token(Challenge.Bearer bearer) throws TransportException, Passing {
        URI realm = agent.target(URI.create("https://invalid/"), Optional.of(bearer.realm()));
        if (bearer.realm().isEmpty() || realm.getHost() == null) {
            throw unauthorized("it does not say who gives tokens");
        }
        Ask ask =
                switch (credentials.find(host).orElse(null)) {
                    case Login.Password password -> get(realm, bearer).authorized(password.basic());
                    case Login.Refresh refresh -> refresh(realm, bearer, refresh);
                    case null -> get(realm, bearer);
                };
        Answer answer = agent.ask(ask);
        if (answer.status() == 401 || answer.status() == 403) {
            answer.close();
            throw unauthorized("whoever gives its tokens answered " + answer.status());
        }
        byte[] bytes = answer.expect(200, "a token").bytes("a token", LARGEST);
        return parse(new String(bytes, StandardCharsets.UTF_8));
    }

    private static Ask get(URI realm, Challenge.Bearer bearer) {
        StringBuilder query = new StringBuilder();
        query.append(realm.getRawQuery() == null ? "?" : "&");
        query.append("service=").append(encoded(bearer.service()));
        for (String scope : bearer.scope().split(" ", -1)) {
            query.append("&scope=").append(encoded(scope));
        }
        return Ask.of("GET", URI.create(realm.toString() + query));
    }

    private static Ask refresh(URI realm, Challenge.Bearer bearer, Login.Refresh login) {
        String form =
                "grant_type=refresh_token&client_id=carryall&service="
                        + encoded(bearer.service())
                        + "&scope="
                        + encoded(bearer.scope())
                        + "&refresh_token="
                        + encoded(login.secret());
        return Ask.of("POST", realm)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .with(Blob.of(form.getBytes(StandardCharsets.UTF_8)));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private String parse(String text) throws TransportException {
        try {
            JsonText json = JsonText.parse(text);
            String token =
                    json.optionalText("token")
                            .or(() -> json.optionalText("access_token"))
                            .orElse("");
            if (token.matches("[A-Za-z0-9._~+/=-]{1,32768}")) {
                return token;
            }
        } catch (IllegalArgumentException rubbish) {
            // Said below, without quoting what may be a secret.
        }
        throw new TransportException.Damaged(agent.location(), "a token", "it is none");
    }

    private TransportException unauthorized(String found) {
        return new TransportException.Unauthorized(agent.location(), found);
    }
}
