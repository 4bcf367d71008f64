package carryall.cli;

import carryall.appliance.InstalledAppliance;
import carryall.hypervisor.ByteSize;
import carryall.machine.Machines;
import carryall.release.PackFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Removes fetched appliances that no machine needs.
@Command(
        name = "prune",
        description =
                "Remove appliances that no machine needs and no subscription follows, and what was"
                        + " not fetched to its end. After each fetch the oldest of them go by"
                        + " themselves, as far as they take more than CARRYALL_KEEP (an"
                        + " environment variable, such as 20GiB; 10GiB without it).")
final class PruneVerb implements Verb {
    @Mixin private Format format = new Format();

    @Option(names = "--dry-run", description = "Only say what would be removed.")
    private boolean dry;

    @Option(names = "--builds", description = "Also what was built here and no machine needs.")
    private boolean builds;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Stock stock = new Stock(machines, new Offers(machines, terminal).subscriber());
        List<Map<String, Object>> removed = new ArrayList<>();
        long bytes = 0;
        for (InstalledAppliance each : stock.unneeded(builds)) {
            long size = Stock.bytes(each);
            if (!dry && !stock.remove(each)) {
                continue;
            }
            bytes += size;
            Map<String, Object> one = Terminal.object();
            one.put("appliance", each.description().name().toString());
            one.put("version", each.description().version());
            one.put("digest", each.id().text());
            one.put("bytes", size);
            removed.add(one);
            if (!format.isJson()) {
                terminal.line(
                        "%s %s  %s"
                                .formatted(
                                        each.description().name(),
                                        each.description().version(),
                                        new ByteSize(size)));
            }
        }
        if (!dry) {
            stock.removeArriving();
            PackFolder.removeUnheld(machines.home());
        }
        long left = stock.bytes() - (dry ? bytes : 0);
        if (format.isJson()) {
            Map<String, Object> object = Terminal.object();
            object.put("removed", removed);
            object.put("bytes", bytes);
            object.put("leftBytes", left);
            object.put("dryRun", dry);
            terminal.json(object);
        } else {
            terminal.line(
                    new ByteSize(bytes)
                            + (dry ? " could be removed" : " removed")
                            + "; appliances take "
                            + new ByteSize(left)
                            + ".");
        }
        return Exit.DONE;
    }
}
