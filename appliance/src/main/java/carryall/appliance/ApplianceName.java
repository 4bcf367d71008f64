package carryall.appliance;

/// An appliance's full name, `publisher/app`. What is built here without a publisher's name belongs
/// to the publisher `local`.
///
/// @param publisher 1 to 64 of `[a-z0-9-]`, also dots between them; no part starts with `-`
/// @param app 1 to 64 of `[a-z0-9-]`, not starting with `-`
public record ApplianceName(String publisher, String app) {
    /// Who publishes what has no publisher.
    public static final String LOCAL = "local";

    public ApplianceName {
        // The length first: a repeated group in a pattern costs stack for each repetition.
        if (publisher.length() > 64
                || !publisher.matches("[a-z0-9][a-z0-9-]*(\\.[a-z0-9][a-z0-9-]*)*")) {
            throw new IllegalArgumentException("'" + publisher + "' is not a publisher's name");
        }
        if (!app.matches("[a-z0-9][a-z0-9-]{0,63}")) {
            throw new IllegalArgumentException("'" + app + "' is not an app's name");
        }
    }

    /// Reads `publisher/app` or `app`.
    ///
    /// @throws IllegalArgumentException if the text is of neither form
    public static ApplianceName parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new ApplianceName(LOCAL, text)
                : new ApplianceName(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public String toString() {
        return publisher + "/" + app;
    }
}
