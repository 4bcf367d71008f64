package carryall.cli;

import carryall.machine.Machines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Lists machines.
@Command(name = "ls", description = "List the machines and what they do.")
final class LsVerb implements Verb {
    @Mixin private Format format = new Format();

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        List<MachineReport> all = new ArrayList<>();
        for (Machines.Listed listed : machines.list()) {
            all.add(MachineReport.of(machines, listed));
        }
        if (format.isJson()) {
            List<Map<String, Object>> objects = all.stream().map(MachineReport::object).toList();
            terminal.json(Map.of("machines", objects));
            return Exit.DONE;
        }
        if (all.isEmpty()) {
            terminal.note("There is no machine yet. Begin with `carryall run examples/librecad`.");
            return Exit.DONE;
        }
        int name = all.stream().mapToInt(machine -> machine.name().length()).max().orElse(0);
        int appliance = all.stream().mapToInt(one -> one.appliance().length()).max().orElse(0);
        String row = "%-" + Math.max(4, name) + "s  %-8s  %-" + Math.max(9, appliance) + "s  %s";
        terminal.line(row.formatted("NAME", "STATUS", "APPLIANCE", "SINCE").stripTrailing());
        for (MachineReport machine : all) {
            terminal.line(
                    row.formatted(
                                    machine.name(),
                                    machine.status(),
                                    machine.appliance(),
                                    machine.remark())
                            .stripTrailing());
        }
        return Exit.DONE;
    }
}
