package carryall.home;

import carryall.appliance.ApplianceException;
import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import carryall.machine.Landing;
import carryall.machine.Machine;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import carryall.machine.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/// Carries machines between this host and its home.
public final class Carrying {
    private final Home home;
    private final Machines machines;

    /// @param machines of this host
    public Carrying(Home home, Machines machines) {
        this.home = home;
        this.machines = machines;
    }

    /// What a push did.
    ///
    /// @param state the number of the state that was saved
    /// @param sealedBytes of new packs
    public record Pushed(int state, long sealedBytes) {}

    /// Saves the state that a machine lies in or goes on from. When this returns, it is there.
    ///
    /// @throws MachineException.MachineBusy if it runs
    public Pushed push(MachineName name) throws IOException {
        try (StateFiles files = StateFiles.of(machines, name)) {
            InstalledAppliance appliance = files.appliance();
            Luggage luggage =
                    new Luggage(
                            files.machine().id(),
                            name,
                            files.state().number(),
                            List.of(
                                    new Luggage.Release(
                                            appliance.id(), appliance.description().parts())),
                            files.files());
            Home.Pushed pushed = home.push(luggage, files.stands());
            return new Pushed(files.state().number(), pushed.sealedBytes());
        }
    }

    /// What a pull did.
    ///
    /// @param state the number of the state that the machine lies in now
    /// @param from the label of the host that saved it
    /// @param isNew whether anything came: if not, this host had it, or went on from it
    public record Pulled(int state, String from, boolean isNew) {}

    /// Has a machine lie here in the newest state that the home has of it. The release must be
    /// here.
    ///
    /// @param from the label of a host, to choose if it went on in several places
    /// @throws HomeException.NotSaved if the home has none of that name
    /// @throws HomeException.WentOnTwice if it went on here, too, or in several places
    /// @throws MachineException.ReleaseMissing if the release is not here, or not whole
    /// @throws MachineException.NameInUse if it is another machine here
    public Pulled pull(MachineName name, Optional<String> from) throws IOException {
        Fetching fetching = home.fetching();
        Fetching.Found found = fetching.newest(name, from);
        Optional<Digest> stands = Optional.empty();
        if (isHere(name)) {
            Machine here = machines.find(name);
            if (!here.id().equals(found.machine())) {
                throw new MachineException.NameInUse(name);
            }
            stands = StateFiles.stands(machines, name);
        }
        return switch (fetching.relation(found, stands)) {
            case BEHIND -> new Pulled(found.state(), found.from(), false);
            case APART ->
                    throw new HomeException.WentOnTwice(
                            name, "on " + found.from() + " and on this host");
            case AHEAD -> {
                for (Digest release : fetching.releases(found)) {
                    requireWhole(name, release);
                }
                Digest landed =
                        new Landing(machines, name)
                                .land(
                                        found.machine(),
                                        found.state(),
                                        folder ->
                                                fetching.into(
                                                        found,
                                                        folder,
                                                        (appliance, part) ->
                                                                machines.appliances()
                                                                        .find(appliance)
                                                                        .file(part)));
                fetching.arrived(found, landed);
                yield new Pulled(found.state(), found.from(), true);
            }
        };
    }

    private boolean isHere(MachineName name) {
        return Files.exists(machines.folder(name));
    }

    private void requireWhole(MachineName name, Digest release) throws IOException {
        try {
            if (machines.appliances().find(release).isWhole()) {
                return;
            }
        } catch (ApplianceException.ApplianceMissing notHere) {
            // Said below.
        }
        throw new MachineException.ReleaseMissing(name, release);
    }
}
