package carryall.release;

import carryall.appliance.Appliance;
import carryall.appliance.Appliances;
import carryall.appliance.ArrivalLock;
import carryall.appliance.InstalledAppliance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// A process of its own that opens the one appliance that arrives in a directory, and waits for its
/// system disk.
final class OtherArrival {
    private OtherArrival() {}

    /// Says `it arrives` when it sees to it that the appliance becomes whole.
    public static void main(String[] words) throws IOException, InterruptedException {
        Appliances appliances = new Appliances(Path.of(words[0]));
        InstalledAppliance appliance = appliances.arriving().getFirst();
        try (Arrival arrival =
                Arrival.open(appliance, appliances, new Shelves(Map.of()), _ -> {})) {
            boolean isHeld = false;
            while (!isHeld) {
                // Who always asks keeps the one who shall have it from getting it.
                Thread.sleep(20);
                Optional<ArrivalLock> free = appliances.tryLock(appliance);
                isHeld = free.isEmpty();
                if (free.isPresent()) {
                    free.get().close();
                }
            }
            IO.println("it arrives");
            arrival.await(Appliance.Part.SYSTEM);
        }
    }
}
