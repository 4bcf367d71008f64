package carryall.cli;

import carryall.appliance.ApplianceName;
import carryall.machine.Machines;
import carryall.release.ReleaseException;
import carryall.release.Subscriber;
import carryall.release.Subscription;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Stops following an appliance.
@Command(
        name = "unsubscribe",
        description = "Stop following an appliance; its machines stay as they are.")
final class UnsubscribeVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(
            paramLabel = "APPLIANCE",
            description = "PUBLISHER/APP, or APP if one is called so.")
    private String name = "";

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Subscriber subscriber = new Offers(machines, terminal).subscriber();
        List<ApplianceName> followed =
                subscriber.subscriptions().list().stream().map(Subscription::name).toList();
        List<ApplianceName> meant =
                followed.stream()
                        .filter(one -> one.toString().equals(name) || one.app().equals(name))
                        .toList();
        if (meant.size() != 1) {
            throw new ReleaseException.NotSubscribed(
                    name, followed.stream().map(ApplianceName::toString).toList());
        }
        ApplianceName appliance = meant.getFirst();
        subscriber.unfollow(appliance);
        if (format.isJson()) {
            terminal.json(Terminal.object("appliance", appliance.toString(), "followed", false));
        } else {
            terminal.line(appliance + " is no longer followed.");
        }
        return Exit.DONE;
    }
}
