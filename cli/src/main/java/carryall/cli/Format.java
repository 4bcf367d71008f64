package carryall.cli;

import picocli.CommandLine.Option;

/// How a verb answers; every verb that people type has it.
final class Format {
    @Option(names = "--json", description = "Answer as JSON.")
    private boolean json;

    /// Whether JSON was asked for.
    boolean isJson() {
        return json;
    }
}
