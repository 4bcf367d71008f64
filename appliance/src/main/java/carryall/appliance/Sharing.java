package carryall.appliance;

import java.util.List;

/// How an appliance's machines get at folders of the host. Part of the hardware, for ever: it is
/// the appliance's to say, and not the grant's, whether there is a port.
public enum Sharing {
    /// Not at all, as far as is known.
    NONE,
    /// The guest has an NFS client, whose connections it carries over the virtio serial port
    /// [#PORT]: `docs/formats/line.md`.
    LINE;

    /// The name of the port.
    public static final String PORT = "carryall.folders";

    /// Which virtio serial ports the machine has for it.
    public List<String> ports() {
        return switch (this) {
            case NONE -> List.of();
            case LINE -> List.of(PORT);
        };
    }
}
