package carryall.cli;

import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.machine.Machines;
import carryall.release.InstalledRelease;
import carryall.release.Subscriber;
import carryall.release.Subscription;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The appliances on this host as a cache: what may go, and how much there is. What was fetched is
/// kept as long as a machine or a subscription needs it; beyond that until it takes more than the
/// bound, since the next release shares much with it.
final class Stock {
    private static final ByteSize USUAL_BOUND = ByteSize.mebibytes(10 << 10);

    private final Machines machines;
    private final Subscriber subscriber;

    Stock(Machines machines, Subscriber subscriber) {
        this.machines = machines;
        this.subscriber = subscriber;
    }

    /// How much may stay that nobody needs: `CARRYALL_KEEP`, such as `20GiB`, or 10 GiB.
    ///
    /// @return empty if what is said is no size
    static Optional<ByteSize> bound(Map<String, String> environment) {
        String said = environment.getOrDefault("CARRYALL_KEEP", "");
        try {
            return Optional.of(said.isEmpty() ? USUAL_BOUND : ByteSize.parse(said));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    /// What no machine needs and no subscription follows, the oldest first.
    ///
    /// @param builds also what was built here, which no shelf could give back
    List<InstalledAppliance> unneeded(boolean builds) throws IOException {
        Set<Digest> needed = needed();
        List<InstalledAppliance> unneeded = new ArrayList<>();
        for (InstalledAppliance each : machines.appliances().list().reversed()) {
            boolean isFetched = InstalledRelease.of(each).isPresent();
            if (!needed.contains(each.id()) && (builds || isFetched)) {
                unneeded.add(each);
            }
        }
        return unneeded;
    }

    private Set<Digest> needed() throws IOException {
        Set<Digest> needed = new HashSet<>(machines.neededAppliances());
        for (Subscription each : subscriber.subscriptions().list()) {
            each.newest().ifPresent(newest -> needed.add(newest.appliance()));
        }
        return needed;
    }

    /// Removes what is still not needed and nobody is about to need.
    ///
    /// @return whether it is removed
    boolean remove(InstalledAppliance appliance) throws IOException {
        return machines.appliances().removeUnneeded(appliance, this::needed);
    }

    /// Removes what has come of appliances that no machine opens and nobody fetches.
    void removeArriving() throws IOException {
        for (InstalledAppliance each : machines.appliances().arriving()) {
            machines.appliances().removeUnneeded(each, machines::neededAppliances);
        }
    }

    /// Removes the oldest of what nobody needs until the rest of it is within the bound.
    ///
    /// @param arrived just now, and needed in a moment
    void evict(ByteSize bound, InstalledAppliance arrived) throws IOException {
        List<InstalledAppliance> unneeded = unneeded(false);
        unneeded.removeIf(each -> each.id().equals(arrived.id()));
        long total = 0;
        for (InstalledAppliance each : unneeded) {
            total += bytes(each);
        }
        for (InstalledAppliance each : unneeded) {
            if (total <= bound.bytes()) {
                return;
            }
            long size = bytes(each);
            total -= remove(each) ? size : 0;
        }
    }

    /// What all appliances take on the disk; what is linked twice counts twice.
    long bytes() throws IOException {
        long bytes = 0;
        for (InstalledAppliance each : machines.appliances().list()) {
            bytes += bytes(each);
        }
        return bytes;
    }

    /// What an appliance takes on the disk, holes not counted; the JDK cannot tell, du can.
    static long bytes(InstalledAppliance appliance) throws IOException {
        Process du =
                new ProcessBuilder(
                                "du",
                                "--summarize",
                                "--block-size=1",
                                appliance.directory().toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (BufferedReader output = du.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            return line == null ? 0 : Long.parseLong(line.split("\t", 2)[0]);
        } finally {
            du.destroy();
        }
    }
}
