package carryall.cli;

import carryall.home.HomeStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Lists the hosts of the home.
@Command(name = "hosts", description = "List the hosts of the home.")
final class HomeHostsVerb implements Verb {
    @Mixin private Format format = new Format();

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        List<Map<String, Object>> hosts = new ArrayList<>();
        for (HomeStatus.Host each : HomeDoor.open(machines).status().hosts()) {
            Map<String, Object> one =
                    Terminal.object("host", each.label(), "id", each.id().toString());
            one.put("lastWrote", each.written().toString());
            one.put("this", each.isThis());
            hosts.add(one);
            if (!format.isJson()) {
                terminal.line(
                        "%s  %s  last wrote %s%s"
                                .formatted(
                                        each.label(),
                                        each.id(),
                                        each.written(),
                                        each.isThis() ? "  (this one)" : ""));
            }
        }
        if (format.isJson()) {
            terminal.json(Map.of("hosts", hosts));
        }
        return Exit.DONE;
    }
}
