package carryall.recipe;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Follows what a Debian build prints: how far it is, and if it fails, why.
final class DebianProgress {
    static final int STEPS = Stage.values().length;
    private static final Pattern NEEDED =
            Pattern.compile("Need to get ([0-9.,]+) ([kMG]?)B(?:/.*)? of archives.*");
    private static final Pattern FETCHED =
            Pattern.compile("Get:[0-9]+ .* \\[([0-9.,]+) ([kMG]?)B\\]");
    private static final Pattern TO_INSTALL = Pattern.compile("[0-9]+ upgraded, ([0-9]+) newly.*");
    private static final Pattern UNKNOWN =
            Pattern.compile("E: Unable to locate package (\\S+)|E: Package '(\\S+)' has no .*");
    private static final Pattern NO_SUITE =
            Pattern.compile("E: The repository '\\S+ \\S+ Release' does not have a Release file.*");
    private static final Pattern UNREACHABLE =
            Pattern.compile(
                    "E: .*(Temporary failure resolving|Could not resolve|Could not connect"
                            + "|Unable to connect|Network is unreachable|Connection timed out"
                            + "|Connection failed|Cannot initiate the connection).*");

    private final String suite;
    private final Path out;
    private final BuildListener listener;
    private final Deque<String> last = new ArrayDeque<>();
    private final Set<String> unpacked = new LinkedHashSet<>();
    private final Set<String> setUp = new LinkedHashSet<>();
    private Stage stage = Stage.LISTS;
    private long fetched;
    private long needed;
    private long packages;
    private RecipeException.@org.jspecify.annotations.Nullable NoSpace noSpace;
    private @org.jspecify.annotations.Nullable RecipeException known;

    /// In this order; apt runs once for the base system and once for all else.
    private enum Stage {
        LISTS(1, "fetching Debian's lists of packages"),
        FETCH_BASE(2, "fetching the base system"),
        INSTALL_BASE(3, "installing the base system"),
        FETCH(4, "fetching packages"),
        INSTALL(5, "installing packages"),
        SETTINGS(6, "adding user, session and app"),
        DISKS(7, "making the disks");

        private final int number;
        private final String title;

        Stage(int number, String title) {
            this.number = number;
            this.title = title;
        }
    }

    DebianProgress(String suite, Path out, BuildListener listener) {
        this.suite = suite;
        this.out = out;
        this.listener = listener;
    }

    private void begin(Stage next) {
        stage = next;
        fetched = 0;
        unpacked.clear();
        setUp.clear();
        listener.step(next.number, Builder.STEPS, next.title);
    }

    void said(String line) {
        last.addLast(line);
        if (last.size() > 12) {
            last.removeFirst();
        }
        recogniseFailure(line);
        switch (line) {
            case "step packages" -> begin(Stage.LISTS);
            case "step settings" -> begin(Stage.SETTINGS);
            case "step disks" -> begin(Stage.DISKS);
            default -> {
                fetching(line);
                installing(line);
            }
        }
    }

    private void fetching(String line) {
        Matcher install = TO_INSTALL.matcher(line);
        if (install.matches()) {
            packages = Long.parseLong(install.group(1));
        }
        Matcher need = NEEDED.matcher(line);
        if (need.matches()) {
            needed = bytes(need.group(1), need.group(2));
            if (stage == Stage.LISTS) {
                begin(Stage.FETCH_BASE);
            } else if (stage == Stage.INSTALL_BASE) {
                begin(Stage.FETCH);
            }
        }
        Matcher get = FETCHED.matcher(line);
        if (get.matches() && stage.compareTo(Stage.FETCH) <= 0 && stage != Stage.INSTALL_BASE) {
            fetched += bytes(get.group(1), get.group(2));
            // What apt says it needs is rounded, and so is what it says of each package.
            listener.progress(
                    BuildListener.Unit.BYTES,
                    stage == Stage.LISTS ? fetched : Math.min(fetched, needed),
                    stage == Stage.LISTS ? OptionalLong.empty() : OptionalLong.of(needed));
        }
    }

    private void installing(String line) {
        boolean unpacks = line.startsWith("Unpacking ");
        if (!unpacks && !line.startsWith("Setting up ")) {
            return;
        }
        if (stage == Stage.FETCH_BASE) {
            begin(Stage.INSTALL_BASE);
        } else if (stage == Stage.FETCH) {
            begin(Stage.INSTALL);
        }
        (unpacks ? unpacked : setUp).add(line.split(" ", 4)[unpacks ? 1 : 2]);
        if (stage == Stage.INSTALL_BASE || stage == Stage.INSTALL) {
            // Half of the work of each package is unpacking, half is setting it up.
            int done = (unpacked.size() + setUp.size()) / 2;
            listener.progress(
                    BuildListener.Unit.PACKAGES, done, OptionalLong.of(Math.max(packages, done)));
        }
    }

    private static long bytes(String number, String unit) {
        double value = Double.parseDouble(number.replace(",", ""));
        return Math.round(
                switch (unit) {
                    case "k" -> value * 1e3;
                    case "M" -> value * 1e6;
                    case "G" -> value * 1e9;
                    default -> value;
                });
    }

    private void recogniseFailure(String line) {
        if (line.contains("No space left on device")) {
            noSpace = new RecipeException.NoSpace(out);
        } else if (known == null) {
            Matcher unknown = UNKNOWN.matcher(line);
            if (unknown.matches()) {
                String name = unknown.group(1) == null ? unknown.group(2) : unknown.group(1);
                known = new RecipeException.PackageUnknown(name, suite);
            } else if (UNREACHABLE.matcher(line).matches()) {
                known = new RecipeException.NoNetwork(line.strip());
            } else if (NO_SUITE.matcher(line).matches()) {
                known = new RecipeException.SuiteUnknown(suite);
            }
        }
    }

    /// Why the build ended with a code other than 0.
    RecipeException failure(int code) {
        if (noSpace != null) {
            return noSpace;
        }
        if (known != null) {
            return known;
        }
        return new RecipeException.StepFailed(
                "step " + stage.number + ", " + stage.title + " (code " + code + ")",
                String.join("\n", last));
    }
}
