package carryall.release;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceException;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.Block;
import carryall.chunk.OpeningText;
import carryall.chunk.Touch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is needed of an appliance before all else, in that order: the small files without which
/// nothing runs, then what its opening says.
final class FirstTouches {
    private static final List<Appliance.Part> TO_RESUME =
            List.of(
                    Appliance.Part.APP_DEVICES,
                    Appliance.Part.APP_INDEX,
                    Appliance.Part.APP_SYSTEM,
                    Appliance.Part.APP_PERSONAL,
                    Appliance.Part.SESSION_SYSTEM,
                    Appliance.Part.PERSONAL);
    private static final List<Appliance.Part> TO_BOOT =
            List.of(Appliance.Part.KERNEL, Appliance.Part.INITRD);

    private FirstTouches() {}

    /// What is touched, in that order.
    ///
    /// @throws ApplianceException.ApplianceDamaged if its opening is none
    static List<Touch> of(InstalledAppliance appliance) throws IOException {
        Appliance description = appliance.description();
        List<Touch> touches = new ArrayList<>();
        for (Appliance.Part part : description.warm().isPresent() ? TO_RESUME : TO_BOOT) {
            if (description.parts().containsKey(part)) {
                long blocks = Block.count(appliance.content(part).size().bytes());
                if (blocks > 0) {
                    touches.add(new Touch(part.word(), 0, blocks));
                }
            }
        }
        if (description.parts().containsKey(Appliance.Part.OPENING)) {
            touches.addAll(opening(appliance));
        }
        return touches;
    }

    private static List<Touch> opening(InstalledAppliance appliance) throws IOException {
        Path file = appliance.file(Appliance.Part.OPENING);
        if (Files.size(file) > OpeningText.LARGEST) {
            throw new ApplianceException.ApplianceDamaged(
                    file, "it has more than " + OpeningText.LARGEST + " bytes");
        }
        try {
            return OpeningText.read(Files.readAllBytes(file));
        } catch (IllegalArgumentException wrong) {
            throw new ApplianceException.ApplianceDamaged(file, wrong);
        }
    }
}
