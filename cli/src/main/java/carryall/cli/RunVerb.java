package carryall.cli;

import carryall.appliance.ApplianceClaim;
import carryall.appliance.ApplianceException;
import carryall.appliance.ApplianceName;
import carryall.appliance.InstalledAppliance;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.HostCheck;
import carryall.hypervisor.Network;
import carryall.machine.Keeper;
import carryall.machine.KeeperProcess;
import carryall.machine.Lifetime;
import carryall.machine.Machine;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import carryall.machine.StartListener;
import carryall.release.Reference;
import carryall.release.Subscriber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Opens a machine.
@Command(
        name = "run",
        description = "Open a machine: build its appliance and make it first, if need be.")
final class RunVerb implements Verb {
    private static final int LONGEST_PATIENCE_SECONDS = 24 * 60 * 60;

    /// How long the app of a release that the machine was brought to must stay.
    private static final Duration STEADY = Duration.ofSeconds(5);

    @Mixin private Format format = new Format();
    @Mixin private ShelfOptions shelf = new ShelfOptions();
    @Mixin private FolderOption folders = new FolderOption();

    @Parameters(
            paramLabel = "WHAT",
            description = {
                "A recipe's folder, what lies on a shelf",
                "(SHELF/APP[:VERSION or :CHANNEL]), a built appliance's name, or a machine's name."
            })
    private String what = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            converter = NameParameter.class,
            description = "What to call the machine. Default: as the appliance.")
    private @Nullable MachineName name;

    @Option(
            names = "--network",
            paramLabel = "none|internet",
            description =
                    "What the machine may reach: nothing, or public addresses. Default: none.")
    private @Nullable Network network;

    @Option(
            names = "--accel",
            paramLabel = "kvm|tcg",
            description =
                    "How to run it this time: by the processor, or by emulation. Default: as a"
                            + " trial found best.")
    private @Nullable Accelerator accelerator;

    @Option(
            names = "--foreground",
            description = "Be the machine's keeper, until it ends; Ctrl-C shuts it down.")
    private boolean foreground;

    @Option(
            names = "--detach",
            description = "Return once the guest runs; do not wait for the app nor show it.")
    private boolean detach;

    @Option(
            names = "--yes",
            description =
                    "Do not ask whether the publisher of what lies on a shelf is the right one.")
    private boolean sure;

    @Option(
            names = "--cold",
            description = "Boot, even if the machine could be opened where it was left.")
    private boolean cold;

    @Option(
            names = "--throwaway",
            description =
                    "Open a fresh machine, with a fresh personal disk, that is gone without a trace"
                            + " when it is closed.")
    private boolean throwaway;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "How long to wait for the app. Default: 600.")
    private int patienceSeconds = 600;

    /// For picocli, which sets the rest.
    RunVerb() {}

    /// As if `run NAME` had been typed.
    RunVerb(String name, Format format, boolean detach) {
        this.what = name;
        this.format = format;
        this.detach = detach;
    }

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        // Better said now than after a build of minutes.
        HostCheck.findPrograms();
        try (Ahead ahead = new Ahead();
                KeeperProcess early = early(machines).orElse(null)) {
            Optional<Machine> meant = machine(machines, terminal, ahead);
            return meant.isPresent()
                    ? run(machines, terminal, meant.get(), ahead, Optional.ofNullable(early))
                    : Exit.USAGE;
        }
    }

    /// A keeper's process for the machine that is likely meant, so that it is up when the machine
    /// is known.
    private Optional<KeeperProcess> early(Machines machines) throws MachineException {
        Optional<MachineName> likely = foreground ? Optional.empty() : likely();
        if (likely.isEmpty()
                || (Files.exists(machines.folder(likely.get()))
                        && !isStopped(machines.status(likely.get())))) {
            return Optional.empty();
        }
        return Optional.of(keeper(machines, likely.get()));
    }

    private Optional<MachineName> likely() {
        if (throwaway || isRecipeFolder()) {
            return Optional.empty();
        }
        try {
            String app =
                    Reference.isMeant(what)
                            ? Reference.parse(what).app()
                            : ApplianceName.parse(what).app();
            return Optional.of(name == null ? new MachineName(app) : name);
        } catch (IllegalArgumentException noName) {
            return Optional.empty();
        }
    }

    private static boolean isStopped(MachineStatus status) {
        return status instanceof MachineStatus.Stopped || status instanceof MachineStatus.Suspended;
    }

    private KeeperProcess keeper(Machines machines, MachineName of) throws MachineException {
        return KeeperProcess.start(
                machines,
                of,
                Launcher.keeper(KeepVerb.wish(cold), Optional.ofNullable(accelerator)));
    }

    private int run(
            Machines machines,
            Terminal terminal,
            Machine meant,
            Ahead ahead,
            Optional<KeeperProcess> early)
            throws IOException {
        Machine machine = meant;
        folders.grant(machines, machine.name());
        if (foreground) {
            ahead.close();
            return KeepVerb.code(
                    Keeper.keep(
                            machines,
                            machine.name(),
                            KeepVerb.wish(cold),
                            Optional.ofNullable(accelerator),
                            terminal.output()));
        }
        boolean isUp;
        try {
            if (isStopped(machines.status(machine.name()))) {
                start(machines, terminal, machine.name(), ahead, early);
            } else {
                terminal.note(machine.name() + " is running already.");
            }
            ahead.close();
            // The start may have switched it to the release that waited.
            machine = machines.find(machine.name());
            sayHow(machines, terminal, machine.name());
            isUp = detach || isUp(machines, terminal, machine);
        } catch (MachineException.StartFailed failed) {
            offerWayBack(machines, terminal, machine.name());
            throw failed;
        }
        if (!isUp && offerWayBack(machines, terminal, machine.name())) {
            return Exit.GUEST;
        }
        if (!detach) {
            sayConflicts(machines, terminal, machine.name());
        }
        if (!detach && !format.isJson()) {
            show(machines, terminal, machine);
        }
        if (format.isJson()) {
            Map<String, Object> object =
                    MachineReport.of(machines, machine, machines.status(machine.name())).object();
            if (!detach) {
                object.put("appIsUp", isUp);
            }
            terminal.json(object);
        }
        return Exit.DONE;
    }

    private static boolean offerWayBack(Machines machines, Terminal terminal, MachineName name)
            throws IOException {
        Optional<WayBack> back = WayBack.of(machines, machines.find(name));
        return back.isPresent() && back.get().offer(machines, terminal);
    }

    /// Whether the app is up, if there is one that can be asked for.
    private boolean isUp(Machines machines, Terminal terminal, Machine machine) throws IOException {
        boolean hasApp =
                machines.appliances()
                        .find(machine.appliance())
                        .description()
                        .kernelCommandLine()
                        .isPresent();
        return !hasApp
                || AppWait.until(
                        machines,
                        machine.name(),
                        terminal,
                        Duration.ofSeconds(
                                Math.clamp(patienceSeconds, 0, LONGEST_PATIENCE_SECONDS)),
                        machine.previous().isPresent() ? STEADY : Duration.ZERO);
    }

    private void start(
            Machines machines,
            Terminal terminal,
            MachineName name,
            Ahead ahead,
            Optional<KeeperProcess> early)
            throws MachineException {
        Optional<KeeperProcess> ready = early.filter(process -> process.name().equals(name));
        if (ready.isPresent()) {
            start(machines, terminal, ready.get(), ahead);
            return;
        }
        try (KeeperProcess now = keeper(machines, name)) {
            start(machines, terminal, now, ahead);
        }
    }

    private static void start(
            Machines machines, Terminal terminal, KeeperProcess keeper, Ahead ahead)
            throws MachineException {
        machines.start(
                keeper,
                new StartListener() {
                    @Override
                    public void step(String step) {
                        terminal.note(step);
                    }

                    @Override
                    public void keeperRuns() {
                        ahead.close();
                    }
                });
    }

    /// The machine that `WHAT` and `--name` mean; made if it is not there.
    ///
    /// @return empty if the user did not agree to a publisher
    private Optional<Machine> machine(Machines machines, Terminal terminal, Ahead ahead)
            throws IOException {
        if (!isRecipeFolder() && Reference.isMeant(what)) {
            return ofShelf(machines, terminal, ahead);
        }
        return Optional.of(local(machines, terminal));
    }

    /// A machine of a release. One that is there already is opened as it is: it goes over to
    /// another release by `update` alone.
    private Optional<Machine> ofShelf(Machines machines, Terminal terminal, Ahead ahead)
            throws IOException {
        machines.makeHome();
        Offers offers = new Offers(machines, terminal);
        Reference reference = Reference.parse(what);
        Optional<Subscriber.Offer> agreed = offers.agreed(reference, shelf.settings(), sure);
        if (agreed.isEmpty()) {
            return Optional.empty();
        }
        Subscriber.Offer offer = agreed.get();
        if (offer.entry().equals(offer.followed().channel().newest())) {
            offers.subscriber().follow(offer);
        }
        InstalledAppliance appliance;
        Machine machine;
        try (ApplianceClaim _ = machines.appliances().claim(offer.release().appliance())) {
            appliance = offers.arriving(offer, ahead);
            machine = of(machines, terminal, appliance);
        }
        offers.evict(appliance);
        return Optional.of(machine);
    }

    private Machine local(Machines machines, Terminal terminal) throws IOException {
        boolean isPath = what.contains("/") && Files.exists(Path.of(what));
        if (isPath || Files.isRegularFile(Path.of(what)) || isRecipeFolder()) {
            return of(machines, terminal, BuildVerb.build(machines, terminal, Path.of(what)));
        }
        if (what.startsWith(".") || what.startsWith("/") || what.endsWith(".yaml")) {
            throw new carryall.recipe.RecipeException.RecipeMissing(Path.of(what));
        }
        if (name == null && what.matches("[a-z0-9][a-z0-9-]{0,63}")) {
            MachineName known = new MachineName(what);
            if (Files.isDirectory(machines.folder(known))) {
                Machine machine = machines.find(known);
                return throwaway
                        ? of(machines, terminal, machines.appliances().find(machine.appliance()))
                        : granted(machines, machine);
            }
        }
        Optional<InstalledAppliance> built = Optional.empty();
        try {
            built = machines.appliances().newest(ApplianceName.parse(what), Optional.empty());
        } catch (IllegalArgumentException noName) {
            // Then it is missing in any case.
        }
        if (built.isEmpty()) {
            throw new ApplianceException.ApplianceMissing(what);
        }
        return of(machines, terminal, built.get());
    }

    private boolean isRecipeFolder() {
        return Files.isRegularFile(Path.of(what).resolve("recipe.yaml"));
    }

    private Machine of(Machines machines, Terminal terminal, InstalledAppliance appliance)
            throws IOException {
        var description = appliance.description();
        MachineName wanted =
                name != null
                        ? name
                        : throwaway
                                ? unused(machines, description.name().app())
                                : new MachineName(description.name().app());
        if (throwaway && Files.isDirectory(machines.folder(wanted))) {
            throw new MachineException.NameInUse(wanted);
        }
        if (!Files.isDirectory(machines.folder(wanted))) {
            if (network == Network.INTERNET && description.network() == Network.NONE) {
                terminal.note(description.name() + " did not ask for the network; you grant it.");
            }
            if (network == null && description.network() == Network.INTERNET) {
                terminal.note(
                        description.name()
                                + " asks for the network: grant it with `--network internet`.");
            }
            return machines.create(
                    wanted,
                    appliance,
                    network == null ? Network.NONE : network,
                    throwaway ? Lifetime.ONE_RUN : Lifetime.LASTING);
        }
        Machine machine = machines.find(wanted);
        if (!machine.appliance().equals(appliance.id())) {
            InstalledAppliance pinned = machines.appliances().find(machine.appliance());
            if (!pinned.description().name().equals(description.name())) {
                throw new MachineException.NameInUse(wanted);
            }
            terminal.note(
                    wanted
                            + " stays with the "
                            + description.name()
                            + " it was made from ("
                            + pinned.description().version()
                            + "); bring it to another with `carryall update`, or open that as another"
                            + " machine with `--name`.");
        }
        return granted(machines, machine);
    }

    private static MachineName unused(Machines machines, String app) {
        // Names have 64 characters at most.
        String start = app.substring(0, Math.min(app.length(), 48)) + "-throwaway";
        MachineName name = new MachineName(start);
        for (int i = 2; Files.isDirectory(machines.folder(name)); i++) {
            name = new MachineName(start + "-" + i);
        }
        return name;
    }

    private Machine granted(Machines machines, Machine machine) throws MachineException {
        return network == null || network == machine.network()
                ? machine
                : machines.grant(machine.name(), network);
    }

    private static void sayHow(Machines machines, Terminal terminal, MachineName name)
            throws MachineException {
        if (machines.status(name) instanceof MachineStatus.Running running) {
            terminal.note(name + ": " + running.opening() + "; with " + running.accelerator());
        }
    }

    /// What the publisher changed too, where the user customised the system.
    private static void sayConflicts(Machines machines, Terminal terminal, MachineName name)
            throws MachineException {
        try {
            machines.customisations(name)
                    .changes()
                    .ifPresent(changes -> {
                        changes.problem()
                                .ifPresent(why ->
                                        terminal.note(
                                                name
                                                        + " runs without your customisations: "
                                                        + why));
                        if (!changes.conflicts().isEmpty()) {
                            terminal.note(
                                    "The publisher changed too what you did: "
                                            + String.join(", ", changes.conflicts())
                                            + ". See `carryall diff "
                                            + name
                                            + "`.");
                        }
                    });
        } catch (MachineException.Refused | MachineException.KeeperSilent unknown) {
            terminal.note(String.valueOf(unknown.getMessage()));
        }
    }

    private static void show(Machines machines, Terminal terminal, Machine machine)
            throws IOException {
        MachineName name = machine.name();
        Optional<Viewer> viewer = Viewer.find();
        if (viewer.isPresent()) {
            terminal.note("Showing " + name + " with " + viewer.get().program() + ".");
            viewer.get().open(machines.connect(name).vncSocket(), name.text());
            ClosedWindow.end(machines, terminal, machine);
            return;
        }
        terminal.line(
                (Viewer.hasDisplay() ? "No VNC viewer is installed" : "There is no display here")
                        + ". To look: "
                        + "carryall screenshot "
                        + name
                        + " "
                        + name.text().toLowerCase(Locale.ROOT)
                        + ".png");
    }
}
