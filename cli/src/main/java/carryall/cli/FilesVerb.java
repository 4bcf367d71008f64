package carryall.cli;

import carryall.hypervisor.ByteSize;
import carryall.machine.DiskFiles;
import carryall.machine.FilesTaken;
import carryall.machine.GuestFile;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import carryall.recipe.BuildListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Lists, takes and puts files on the disk of a machine that does not run.
@Command(
        name = "files",
        description = {
            "Reach the files on the personal disk of a machine that does not run, also of one that"
                    + " cannot start.",
            "  files NAME ls [PATH]        lists a folder of the disk",
            "  files NAME get PATH [TO]    takes a file, or a folder with all in it, out",
            "  files NAME put FROM [PATH]  puts a file or folder on it, as the app user's own"
        })
final class FilesVerb implements Verb {
    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT)
                    .withZone(ZoneId.systemDefault());

    private enum Action {
        LS,
        GET,
        PUT
    }

    @Mixin private Format format = new Format();

    @Parameters(index = "0", paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Parameters(index = "1", paramLabel = "ls|get|put", description = "What to do.")
    private Action action = Action.LS;

    @Parameters(
            index = "2..*",
            paramLabel = "PATH",
            description = "Paths on the disk begin at its root; a link there is followed there.")
    private List<String> paths = new ArrayList<>();

    @Option(
            names = "--system",
            description = "The system disk with what was written to it; only ls and get.")
    private boolean system;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.find(name);
        if (action == Action.PUT && system) {
            terminal.error(
                    "the system disk is the publisher's, and nothing is put on it",
                    "leave out --system, and the file is put on the personal disk");
            return Exit.USAGE;
        }
        if (paths.size() > 2
                || (action == Action.LS && paths.size() > 1)
                || (action != Action.LS && paths.isEmpty())) {
            terminal.error(
                    "files "
                            + action.name().toLowerCase(Locale.ROOT)
                            + " was given "
                            + paths.size()
                            + " paths",
                    "see `carryall files --help`");
            return Exit.USAGE;
        }
        DiskFiles files =
                machines.diskFiles(
                        name, system ? DiskFiles.Which.SYSTEM : DiskFiles.Which.PERSONAL);
        int code =
                switch (action) {
                    case LS -> list(files, terminal);
                    case GET -> get(files, terminal);
                    case PUT -> put(files, terminal);
                };
        if (action != Action.PUT
                && machines.status(name) instanceof MachineStatus.Suspended suspended) {
            terminal.note(
                    name
                            + " is suspended: this is what it had written to its disk by state "
                            + suspended.state()
                            + ".");
        }
        return code;
    }

    private String path(int number, String otherwise) {
        return number < paths.size() ? paths.get(number) : otherwise;
    }

    private int list(DiskFiles files, Terminal terminal) throws IOException {
        String path = path(0, "/");
        List<GuestFile> listed = files.list(path);
        if (format.isJson()) {
            Map<String, Object> object = begun();
            object.put("path", path);
            object.put("files", listed.stream().map(FilesVerb::object).toList());
            terminal.json(object);
        } else {
            int widest =
                    listed.stream()
                            .mapToInt(file -> Long.toString(file.sizeBytes()).length())
                            .max()
                            .orElse(1);
            listed.forEach(file -> terminal.line(line(file, widest)));
        }
        return Exit.DONE;
    }

    private Map<String, Object> begun() {
        Map<String, Object> object = Terminal.object();
        object.put("name", name.text());
        object.put("disk", system ? "system" : "personal");
        return object;
    }

    private static Map<String, Object> object(GuestFile file) {
        Map<String, Object> object = Terminal.object();
        object.put("name", file.name().text());
        object.put("kind", file.kind().name().toLowerCase(Locale.ROOT));
        object.put("mode", "%04o".formatted(file.mode()));
        object.put("uid", file.uid());
        object.put("gid", file.gid());
        object.put("sizeBytes", file.sizeBytes());
        object.put("modified", file.modified().toString());
        file.target().ifPresent(target -> object.put("target", target));
        return object;
    }

    /// As `ls -l` has it.
    static String line(GuestFile file, int widest) {
        return "%s %5d %5d %s %s %s%s"
                .formatted(
                        rights(file),
                        file.uid(),
                        file.gid(),
                        " ".repeat(widest - Long.toString(file.sizeBytes()).length())
                                + file.sizeBytes(),
                        MINUTES.format(file.modified()),
                        file.name().text(),
                        file.target().map(target -> " -> " + target).orElse(""));
    }

    private static String rights(GuestFile file) {
        StringBuilder rights = new StringBuilder();
        rights.append(
                switch (file.kind()) {
                    case FILE -> '-';
                    case FOLDER -> 'd';
                    case LINK -> 'l';
                    case OTHER -> '?';
                });
        for (int bit = 8; bit >= 0; bit--) {
            rights.append((file.mode() >> bit & 1) != 0 ? "xwr".charAt(bit % 3) : '-');
        }
        return rights.toString();
    }

    private int get(DiskFiles files, Terminal terminal) throws IOException {
        BuildProgress progress = progress(terminal, "taking files out of " + name);
        Map.Entry<Path, FilesTaken> got;
        try {
            got = files.get(paths.getFirst(), Path.of(path(1, ".")), shown(progress));
        } finally {
            progress.end();
        }
        FilesTaken taken = got.getValue();
        taken.leftOut().forEach(line -> terminal.note("left out: " + line));
        if (format.isJson()) {
            Map<String, Object> object = begun();
            object.put("to", got.getKey().toString());
            terminal.json(told(object, taken));
        } else {
            terminal.line(
                    got.getKey()
                            + ": "
                            + amount(taken)
                            + (taken.unread() > 0
                                    ? ", " + taken.unread() + " could not be read whole"
                                    : ""));
        }
        return taken.unread() > 0 ? Exit.DAMAGED : Exit.DONE;
    }

    private int put(DiskFiles files, Terminal terminal) throws IOException {
        Path from = Path.of(paths.getFirst());
        if (!Files.isRegularFile(from) && !Files.isDirectory(from)) {
            throw new NoSuchFileException(from.toString());
        }
        BuildProgress progress = progress(terminal, "putting files on the disk of " + name);
        FilesTaken put;
        try {
            put = files.put(from, path(1, "/"), shown(progress));
        } finally {
            progress.end();
        }
        put.leftOut().forEach(line -> terminal.note("left out: " + line));
        if (format.isJson()) {
            Map<String, Object> object = begun();
            object.put("path", path(1, "/"));
            terminal.json(told(object, put));
        } else {
            terminal.line(amount(put) + " are on the personal disk of " + name + ".");
        }
        return Exit.DONE;
    }

    private static Map<String, Object> told(Map<String, Object> object, FilesTaken taken) {
        object.put("files", taken.files());
        object.put("bytes", taken.bytes());
        object.put("leftOut", taken.leftOut());
        return object;
    }

    private static String amount(FilesTaken taken) {
        return taken.files()
                + (taken.files() == 1 ? " file, " : " files, ")
                + new ByteSize(taken.bytes());
    }

    private static BuildProgress progress(Terminal terminal, String title) {
        BuildProgress progress = new BuildProgress(terminal, System::nanoTime);
        if (terminal.isWatched()) {
            progress.step(1, 1, title);
        }
        return progress;
    }

    private static DiskFiles.Progress shown(BuildProgress progress) {
        return (done, total) ->
                progress.progress(BuildListener.Unit.BYTES, done, OptionalLong.of(total));
    }
}
