package carryall.transport;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a registry wants to know who asks (`WWW-Authenticate`, RFC 9110, 11.6.1).
sealed interface Challenge {
    /// User and password with each request.
    record Basic() implements Challenge {}

    /// A token that somebody else gives (distribution, "Token Authentication Specification").
    ///
    /// @param realm where, unchecked
    /// @param service whom it is for; may be empty
    /// @param scope what it is for, texts with spaces between; may be empty
    record Bearer(String realm, String service, String scope) implements Challenge {}

    /// The first that we can answer, the token before the password.
    static Optional<Challenge> first(List<String> headers) {
        Optional<Challenge> basic = Optional.empty();
        for (String header : headers) {
            String[] parts = header.strip().split("\\s+", 2);
            String scheme = parts[0].toLowerCase(Locale.ROOT);
            if (scheme.equals("bearer") && parts.length == 2) {
                Map<String, String> values = parameters(parts[1]);
                return Optional.of(
                        new Bearer(
                                values.getOrDefault("realm", ""),
                                values.getOrDefault("service", ""),
                                values.getOrDefault("scope", "")));
            }
            if (scheme.equals("basic")) {
                basic = Optional.of(new Basic());
            }
        }
        return basic;
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> values = new HashMap<>();
        Matcher each = Pattern.compile("(\\w{1,32})=(?:\"([^\"]*)\"|([^\\s,\"]+))").matcher(text);
        while (each.find()) {
            String value = each.group(2) == null ? each.group(3) : each.group(2);
            values.putIfAbsent(each.group(1).toLowerCase(Locale.ROOT), value);
        }
        return values;
    }
}
