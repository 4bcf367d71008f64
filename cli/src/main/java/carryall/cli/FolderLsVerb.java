package carryall.cli;

import carryall.folder.Grant;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Lists the folders that machines have.
@Command(name = "ls", description = "List the folders of one machine, or of all.")
final class FolderLsVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", converter = NameParameter.class)
    private Optional<MachineName> name = Optional.empty();

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Map<MachineName, List<Grant>> all = new LinkedHashMap<>();
        if (name.isPresent()) {
            all.put(name.get(), machines.folders(name.get()).all());
        } else {
            for (Machines.Listed listed : machines.list()) {
                if (listed instanceof Machines.Listed.Whole whole) {
                    MachineName each = whole.machine().name();
                    all.put(each, machines.folders(each).all());
                }
            }
        }
        if (format.isJson()) {
            List<Map<String, Object>> folders = new ArrayList<>();
            all.forEach((machine, grants) -> {
                for (Grant grant : grants) {
                    Map<String, Object> object = Terminal.object();
                    object.put("name", machine.text());
                    object.putAll(object(grant));
                    folders.add(object);
                }
            });
            terminal.json(Map.of("folders", folders));
            return Exit.DONE;
        }
        if (all.values().stream().allMatch(List::isEmpty)) {
            terminal.note("No folder is granted. Grant one with `carryall folder add NAME DIR`.");
            return Exit.DONE;
        }
        int names = all.keySet().stream().mapToInt(each -> each.text().length()).max().orElse(0);
        int folders =
                all.values().stream()
                        .flatMap(List::stream)
                        .mapToInt(grant -> grant.name().length())
                        .max()
                        .orElse(0);
        String row = "%-" + Math.max(4, names) + "s  %-" + Math.max(6, folders) + "s  %-10s  %s";
        terminal.line(row.formatted("NAME", "FOLDER", "ACCESS", "DIRECTORY"));
        all.forEach((machine, grants) -> {
            for (Grant grant : grants) {
                String access = word(grant.access());
                terminal.line(row.formatted(machine, grant.name(), access, grant.directory()));
            }
        });
        return Exit.DONE;
    }

    /// A folder for programs, as docs/formats/commands.md has it.
    static Map<String, Object> object(Grant grant) {
        Map<String, Object> object = Terminal.object();
        object.put("folder", grant.name());
        object.put("directory", grant.directory().toString());
        object.put("access", word(grant.access()));
        return object;
    }

    static String word(Grant.Access access) {
        return switch (access) {
            case READ_ONLY -> "read-only";
            case READ_WRITE -> "read-write";
        };
    }
}
