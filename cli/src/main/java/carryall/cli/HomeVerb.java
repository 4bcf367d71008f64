package carryall.cli;

import carryall.home.HomeStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Shows the home that this host belongs to.
@Command(
        name = "home",
        description = "Your own sealed store of states; alone, it says how that is.",
        subcommands = {
            HomeInitVerb.class,
            HomeJoinVerb.class,
            HomePushVerb.class,
            HomePullVerb.class,
            HomeHostsVerb.class,
            HomeForgetHostVerb.class,
            HomePassphraseVerb.class,
            HomeCheckVerb.class,
            HomePruneVerb.class
        })
final class HomeVerb implements Verb {
    @Mixin private Format format = new Format();

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        HomeStatus status = HomeDoor.open(machines).status();
        if (format.isJson()) {
            Map<String, Object> object = Terminal.object();
            object.put("place", status.location());
            List<Object> saved = new ArrayList<>();
            for (HomeStatus.Saved each : status.saved()) {
                Map<String, Object> one =
                        Terminal.object("name", each.name(), "state", each.state());
                one.put("host", each.host());
                one.put("apart", each.isApart());
                saved.add(one);
            }
            object.put("machines", saved);
            object.put("hosts", status.hosts().size());
            object.put("objects", status.objects());
            object.put("concerns", status.concerns());
            terminal.json(object);
        } else {
            terminal.line("The home at " + status.location());
            for (HomeStatus.Saved each : status.saved()) {
                terminal.line(
                        "  %s  state %d, saved on %s%s"
                                .formatted(
                                        each.name(),
                                        each.state(),
                                        each.host(),
                                        each.isApart() ? "; it went on elsewhere too" : ""));
            }
            terminal.line(
                    "  %d hosts, %d saves, %d packs"
                            .formatted(
                                    status.hosts().size(),
                                    status.objects().getOrDefault("save", 0),
                                    status.objects().getOrDefault("pack", 0)));
            status.concerns().forEach(concern -> terminal.line("  " + concern));
        }
        return status.concerns().isEmpty() ? Exit.DONE : Exit.DAMAGED;
    }
}
