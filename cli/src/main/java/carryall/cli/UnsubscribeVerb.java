package carryall.cli;

import carryall.appliance.ApplianceName;
import carryall.machine.Machines;
import carryall.release.ReleaseException;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Stops following an appliance.
@Command(
        name = "unsubscribe",
        description = "Stop following an appliance; its machines stay as they are.")
final class UnsubscribeVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "APPLIANCE", description = "PUBLISHER/APP, as `update --check` says.")
    private String name = "";

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        ApplianceName appliance;
        try {
            appliance = ApplianceName.parse(name);
        } catch (IllegalArgumentException noName) {
            throw new ReleaseException.NotSubscribed(name);
        }
        if (!new Offers(machines, terminal).subscriber().subscriptions().remove(appliance)) {
            throw new ReleaseException.NotSubscribed(name);
        }
        if (format.isJson()) {
            terminal.json(Terminal.object("appliance", appliance.toString(), "followed", false));
        } else {
            terminal.line(appliance + " is no longer followed.");
        }
        return Exit.DONE;
    }
}
