package carryall.transport;

import carryall.json.JsonText;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Lists that a registry gives page by page (distribution-spec, "Listing Tags"; RFC 8288).
///
/// @param agent checks where the next page is
/// @param login asks
record RegistryPages(UserAgent agent, RegistryLogin login) {
    private static final int MOST_PAGES = 100;
    private static final int MOST_NAMES = 100_000;
    private static final int LARGEST_PAGE = 4 << 20;
    private static final Pattern NEXT = Pattern.compile("<([^<>]*)>\\s*;\\s*rel=\"?next\"?");

    /// A list with nothing in it; Go writes it so, and [JsonText] knows no null.
    private static final Pattern NOTHING = Pattern.compile("(\"[a-z]+\"\\s*:\\s*)null(\\s*[,}])");

    /// All names of a list.
    ///
    /// @param key under which they stand
    /// @throws TransportException.Missing if there is no such list
    List<String> names(URI first, String purpose, String key) throws TransportException {
        List<String> names = new ArrayList<>();
        Optional<URI> page = Optional.of(first);
        for (int i = 0; page.isPresent(); i++) {
            if (i == MOST_PAGES || names.size() > MOST_NAMES) {
                throw new TransportException.Refused(
                        agent.location(), "lists " + key + " without end");
            }
            URI uri = page.get();
            page = agent.patience().with(() -> read(uri, purpose, key, names));
        }
        return names;
    }

    /// Adds a page's names.
    ///
    /// @return the next page
    private Optional<URI> read(URI uri, String purpose, String key, List<String> names)
            throws TransportException, Passing {
        String what = "list of " + key;
        Answer answer = login.ask(Ask.of("GET", uri), purpose).expect(200, what);
        answer.refusePages(what);
        byte[] bytes = answer.bytes(what, LARGEST_PAGE);
        String text = ManifestText.utf8(agent.location(), what, bytes);
        try {
            names.addAll(JsonText.parse(NOTHING.matcher(text).replaceFirst("$1[]$2")).texts(key));
        } catch (IllegalArgumentException rubbish) {
            throw new TransportException.Damaged(
                    agent.location(), what, ManifestText.words(rubbish));
        }
        return next(uri, answer);
    }

    private Optional<URI> next(URI uri, Answer answer) throws TransportException {
        Matcher link = NEXT.matcher(answer.header("Link").orElse(""));
        if (!link.find()) {
            return Optional.empty();
        }
        URI next = agent.target(uri, Optional.of(link.group(1)));
        if (!agent.isHome(next)) {
            throw new TransportException.Refused(
                    agent.location(), "has the rest of a list on another host");
        }
        return Optional.of(next);
    }
}
