package carryall.cli;

import carryall.appliance.ApplianceException;
import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import carryall.machine.Machine;
import carryall.machine.MachineException;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What `ls` and `show` say of a machine.
///
/// @param status one word
/// @param appliance its name and version, or its digest if it is gone
/// @param remark since when, or what is wrong
/// @param object the same for programs, as docs/formats/commands.md has it
record MachineReport(
        String name, String status, String appliance, String remark, Map<String, Object> object) {
    static MachineReport of(Machines machines, Machines.Listed listed) throws MachineException {
        return switch (listed) {
            case Machines.Listed.Whole(Machine machine, MachineStatus status) ->
                    of(machines, machine, status);
            case Machines.Listed.Damaged(var name, MachineException damage) -> {
                Map<String, Object> object = Terminal.object();
                object.put("name", name.text());
                object.put("status", "damaged");
                object.put("reason", String.valueOf(damage.getMessage()));
                yield new MachineReport(
                        name.text(), "damaged", "?", String.valueOf(damage.getMessage()), object);
            }
        };
    }

    static MachineReport of(Machines machines, Machine machine, MachineStatus status) {
        Map<String, Object> object = Terminal.object();
        object.put("name", machine.name().text());
        String remark =
                switch (status) {
                    case MachineStatus.Stopped(Optional<MachineStatus.LastRun> last) -> {
                        object.put("status", "stopped");
                        last.ifPresent(run -> object.put("lastRun", object(run)));
                        yield last.map(MachineReport::remark).orElse("never run");
                    }
                    case MachineStatus.Suspended(int state, Instant since, var reason) -> {
                        object.put("status", "suspended");
                        object.put("state", state);
                        object.put("since", since.toString());
                        reason.ifPresent(why -> object.put("reason", why));
                        yield "state "
                                + state
                                + ", "
                                + ago(since)
                                + reason.map(why -> ", " + why).orElse("");
                    }
                    case MachineStatus.Starting() -> {
                        object.put("status", "starting");
                        yield "";
                    }
                    case MachineStatus.Running running -> {
                        object.put("status", "running");
                        object.put("since", running.since().toString());
                        object.put("keeperPid", running.keeperPid());
                        object.put("qemuPid", running.qemuPid());
                        object.put("accelerator", running.accelerator());
                        object.put("opening", running.opening());
                        String usable = since(running.since());
                        if (running.arriving().isPresent()) {
                            MachineStatus.Arriving arriving = running.arriving().get();
                            object.put("percentHere", arriving.percent());
                            arriving.stalled().ifPresent(why -> object.put("stalled", why));
                            usable +=
                                    ", usable now, "
                                            + arriving.percent()
                                            + " % here"
                                            + arriving.stalled()
                                                    .map(why -> ", waits for the shelf: " + why)
                                                    .orElse("");
                        }
                        yield usable;
                    }
                    case MachineStatus.Paused paused -> {
                        object.put("status", "paused");
                        object.put("since", paused.since().toString());
                        object.put("keeperPid", paused.keeperPid());
                        object.put("qemuPid", paused.qemuPid());
                        object.put("reason", paused.reason());
                        yield paused.reason();
                    }
                };
        String appliance = appliance(machines, machine, object);
        machine.previous().ifPresent(digest -> object.put("previous", release(machines, digest)));
        if (machine.next().isPresent()) {
            Map<String, Object> next = release(machines, machine.next().get());
            object.put("next", next);
            remark += (remark.isEmpty() ? "" : ", ") + "next start: " + shortly(next);
        }
        folders(machines, machine, object);
        object.put("network", machine.network().name().toLowerCase(Locale.ROOT));
        object.put("memoryBytes", machine.memory().bytes());
        object.put("cpus", machine.cpus());
        personalDisk(machines, machine, status).ifPresent(disk -> object.put("personalDisk", disk));
        object.put("mac", machine.mac().text());
        object.put("created", machine.created().toString());
        object.put("folder", machines.folder(machine.name()).toString());
        return new MachineReport(
                machine.name().text(),
                String.valueOf(object.get("status")),
                appliance,
                remark,
                object);
    }

    private static void folders(Machines machines, Machine machine, Map<String, Object> object) {
        try {
            List<Map<String, Object>> folders =
                    machines.folders(machine.name()).all().stream()
                            .map(FolderLsVerb::object)
                            .toList();
            if (!folders.isEmpty()) {
                object.put("folders", folders);
            }
        } catch (MachineException damaged) {
            object.put("foldersDamaged", String.valueOf(damaged.getMessage()));
        }
    }

    private static Map<String, Object> object(MachineStatus.LastRun run) {
        Map<String, Object> object = Terminal.object();
        object.put("started", run.started().toString());
        run.ended().ifPresent(ended -> object.put("ended", ended.toString()));
        object.put("outcome", run.outcome().name().toLowerCase(Locale.ROOT));
        object.put("reason", run.reason());
        return object;
    }

    private static String remark(MachineStatus.LastRun run) {
        String when = run.ended().map(MachineReport::ago).orElse("");
        return switch (run.outcome()) {
            case SHUT_DOWN, SUSPENDED -> when;
            case FORCED -> when + ", forced";
            case QEMU_DIED -> when + ", QEMU died: " + run.reason();
            case KEEPER_DIED -> "the keeper was killed; the disks are as the guest flushed them";
            case NEVER_STARTED -> when + ", did not start: " + run.reason();
        };
    }

    private static String ago(Instant then) {
        return Times.text(Duration.between(then, Instant.now())) + " ago";
    }

    private static String since(Instant then) {
        return "for " + Times.text(Duration.between(then, Instant.now()));
    }

    private static String appliance(
            Machines machines, Machine machine, Map<String, Object> object) {
        try {
            InstalledAppliance appliance = machines.appliances().find(machine.appliance());
            object.put("appliance", appliance.description().name().toString());
            object.put("version", appliance.description().version());
            object.put("title", appliance.description().title());
            object.put("applianceDigest", machine.appliance().text());
            return appliance.description().name() + " " + appliance.description().version();
        } catch (ApplianceException gone) {
            object.put("applianceDigest", machine.appliance().text());
            return machine.appliance().hex().substring(0, 12) + " (missing)";
        }
    }

    /// How large it is and how full; a running guest has not written yet how full.
    private static Optional<Map<String, Object>> personalDisk(
            Machines machines, Machine machine, MachineStatus status) {
        return machines.space(machine)
                .map(space -> {
                    Map<String, Object> object = Terminal.object();
                    object.put("sizeBytes", space.size().bytes());
                    switch (status) {
                        case MachineStatus.Stopped _, MachineStatus.Suspended _ ->
                                space.used()
                                        .ifPresent(used -> object.put("usedBytes", used.bytes()));
                        case MachineStatus.Starting _,
                                MachineStatus.Running _,
                                MachineStatus.Paused _ -> {}
                    }
                    return object;
                });
    }

    /// Another release that the machine had or will have.
    private static Map<String, Object> release(Machines machines, Digest digest) {
        Map<String, Object> object = Terminal.object();
        try {
            object.put("version", machines.appliances().find(digest).description().version());
        } catch (ApplianceException gone) {
            // The digest says enough.
        }
        object.put("applianceDigest", digest.text());
        return object;
    }

    private static String shortly(Map<String, Object> release) {
        return String.valueOf(release.getOrDefault("version", "another release"));
    }
}
