package carryall.transport;

import java.util.regex.Pattern;

/// What may be called what.
final class Names {
    private static final Pattern APP = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    /// OCI distribution-spec, "Pulling manifests".
    private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

    private Names() {}

    static String app(String name) {
        if (!isApp(name)) {
            throw new IllegalArgumentException("'" + name + "' is no name of an app");
        }
        return name;
    }

    static boolean isApp(String name) {
        return APP.matcher(name).matches();
    }

    static String tag(String name) {
        if (!isTag(name)) {
            throw new IllegalArgumentException("'" + name + "' is no tag");
        }
        return name;
    }

    static boolean isTag(String name) {
        return TAG.matcher(name).matches();
    }
}
