package carryall.machine;

import carryall.appliance.Appliance;
import java.util.Locale;

/// A frozen qcow2 layer of a disk: what was written between two states.
public sealed interface Layer {
    /// One that came with the appliance.
    record Released(Appliance.Part part) implements Layer {}

    /// One of the machine's own, in its `disks` folder.
    ///
    /// @param fileName of `[a-z0-9.-]`
    record Own(String fileName) implements Layer {
        public Own {
            if (!fileName.matches("[a-z0-9][a-z0-9.-]{0,80}")) {
                throw new IllegalArgumentException("'" + fileName + "' names no layer");
            }
        }
    }

    /// As written in the machine's files: `released:app-system`, `own:system-1f0c.qcow2`.
    default String text() {
        return switch (this) {
            case Released(Appliance.Part part) ->
                    "released:" + part.name().toLowerCase(Locale.ROOT).replace('_', '-');
            case Own(String fileName) -> "own:" + fileName;
        };
    }

    /// Reads what [#text] wrote.
    ///
    /// @throws IllegalArgumentException if the text names no layer
    static Layer parse(String text) {
        int colon = text.indexOf(':');
        String rest = text.substring(colon + 1);
        return switch (colon < 0 ? "" : text.substring(0, colon)) {
            case "released" ->
                    new Released(
                            Appliance.Part.valueOf(
                                    rest.toUpperCase(Locale.ROOT).replace('-', '_')));
            case "own" -> new Own(rest);
            default -> throw new IllegalArgumentException("'" + text + "' names no layer");
        };
    }
}
