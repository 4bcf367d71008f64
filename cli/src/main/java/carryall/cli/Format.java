package carryall.cli;

import picocli.CommandLine.Option;

/// How a verb answers; every verb has it.
final class Format {
    @Option(names = "--json", description = "Answer as JSON.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli sets it and shows the help.
    private boolean help;

    /// Whether JSON was asked for.
    boolean isJson() {
        return json;
    }
}
