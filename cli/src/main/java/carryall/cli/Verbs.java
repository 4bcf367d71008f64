package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/// All verbs, and what happens from the words typed to the exit code.
final class Verbs {
    /// Stands in a verb's field until the words are read.
    static final MachineName UNNAMED = new MachineName("unnamed");

    private record Named(String name, Supplier<Verb> verb) {}

    private static final List<Named> ALL =
            List.of(
                    new Named("run", RunVerb::new),
                    new Named("ls", LsVerb::new),
                    new Named("show", ShowVerb::new),
                    new Named("view", ViewVerb::new),
                    new Named("screenshot", ScreenshotVerb::new),
                    new Named("press", PressVerb::new),
                    new Named("console", ConsoleVerb::new),
                    new Named("logs", LogsVerb::new),
                    new Named("suspend", SuspendVerb::new),
                    new Named("resume", ResumeVerb::new),
                    new Named("stop", StopVerb::new),
                    new Named("snapshot", SnapshotVerb::new),
                    new Named("history", HistoryVerb::new),
                    new Named("restore", RestoreVerb::new),
                    new Named("clone", CloneVerb::new),
                    new Named("folder", FolderVerb::new),
                    new Named("reset", ResetVerb::new),
                    new Named("files", FilesVerb::new),
                    new Named("grow", GrowVerb::new),
                    new Named("customise", CustomiseVerb::new),
                    new Named("diff", DiffVerb::new),
                    new Named("rm", RmVerb::new),
                    new Named("subscribe", SubscribeVerb::new),
                    new Named("unsubscribe", UnsubscribeVerb::new),
                    new Named("search", SearchVerb::new),
                    new Named("releases", ReleasesVerb::new),
                    new Named("pull", PullVerb::new),
                    new Named("update", UpdateVerb::new),
                    new Named("rollback", RollbackVerb::new),
                    new Named("prune", PruneVerb::new),
                    new Named("home", HomeVerb::new),
                    new Named("build", BuildVerb::new),
                    new Named("keygen", KeygenVerb::new),
                    new Named("publish", PublishVerb::new),
                    new Named("doctor", DoctorVerb::new),
                    new Named("completion", CompletionVerb::new),
                    new Named("keep", KeepVerb::new),
                    new Named("warm-up", WarmUpVerb::new));

    private final Machines machines;
    private final Terminal terminal;

    Verbs(Machines machines, Terminal terminal) {
        this.machines = machines;
        this.terminal = terminal;
    }

    @Command(
            name = "carryall",
            description = "Applications as machines.",
            version = "carryall 0.1.0",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "VERB",
            commandListHeading = "%nVerbs:%n")
    static final class Root {}

    private static final String[] BEGINNING = {
        "",
        "`carryall VERB --help` says more of each. To begin:",
        "  carryall run examples/librecad"
    };

    /// The command line with all that every verb understands.
    static CommandLine whole() {
        CommandLine line = new CommandLine(new Root());
        ALL.forEach(each -> line.addSubcommand(each.name, whole(each)));
        return widths(line);
    }

    /// The command line with what these words need: the verb that was typed or, if none was, the
    /// outline of each. Reading the options of all takes longer than all else.
    private static CommandLine commandLine(List<String> words) {
        CommandLine line = new CommandLine(new Root());
        Optional<Named> typed =
                ALL.stream().filter(each -> words.indexOf(each.name) == 0).findFirst();
        if (typed.isPresent()) {
            line.addSubcommand(typed.get().name, whole(typed.get()));
        } else {
            ALL.forEach(each -> line.addSubcommand(each.name, outline(each)));
        }
        return widths(line);
    }

    private static CommandLine whole(Named named) {
        CommandLine verb = new CommandLine(named.verb.get());
        describe(verb);
        verb.getSubcommands().values().forEach(Verbs::describe);
        return verb;
    }

    private static void describe(CommandLine verb) {
        verb.getCommandSpec().addOption(help()).usageMessage().width(80).footer(ExitCodes.lines());
    }

    private static CommandLine outline(Named named) {
        Command words = named.verb.get().getClass().getAnnotation(Command.class);
        CommandLine.Model.CommandSpec outline = CommandLine.Model.CommandSpec.create();
        outline.usageMessage().description(words.description()).hidden(words.hidden());
        return new CommandLine(outline);
    }

    private static CommandLine widths(CommandLine line) {
        line.getCommandSpec()
                .usageMessage()
                .footer(
                        Stream.of(BEGINNING, ExitCodes.lines())
                                .flatMap(Arrays::stream)
                                .toArray(String[]::new));
        return line.setUsageHelpWidth(80)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false);
    }

    /// What a parameter should be our own words say; picocli adds where it stands.
    private static String found(CommandLine.ParameterException wrong) {
        Throwable ours = wrong.getCause();
        boolean isParameter = wrong.getArgSpec() != null && wrong.getArgSpec().isPositional();
        return String.valueOf(
                isParameter && ours instanceof CommandLine.TypeConversionException
                        ? ours.getMessage()
                        : wrong.getMessage());
    }

    private static CommandLine.Model.OptionSpec help() {
        return CommandLine.Model.OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help.")
                .build();
    }

    int run(List<String> words) {
        CommandLine line = commandLine(words).setOut(terminal.writer());
        try {
            CommandLine.ParseResult parsed = line.parseArgs(words.toArray(String[]::new));
            if (CommandLine.printHelpIfRequested(parsed)) {
                return Exit.DONE;
            }
            if (!parsed.hasSubcommand()) {
                line.usage(terminal.errors(), Ansi.OFF);
                return Exit.USAGE;
            }
            CommandLine.ParseResult last = parsed.subcommand();
            while (last.hasSubcommand()) {
                last = last.subcommand();
            }
            Verb verb = (Verb) last.commandSpec().userObject();
            return verb.run(machines, terminal);
        } catch (CommandLine.ParameterException wrong) {
            terminal.error(
                    found(wrong),
                    "see `" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help`");
            return Exit.USAGE;
        } catch (IOException failure) {
            Advice advice = Advice.on(failure);
            terminal.error(advice.found(), advice.nextStep());
            return advice.exitCode();
        }
    }
}
