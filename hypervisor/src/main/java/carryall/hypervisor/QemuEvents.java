package carryall.hypervisor;

import java.util.Map;
import java.util.Optional;

/// Reads QMP's events, as far as they matter here.
final class QemuEvents {
    private QemuEvents() {}

    static Optional<QemuEvent> parse(Map<String, Object> event) {
        Map<?, ?> data = event.get("data") instanceof Map<?, ?> map ? map : Map.of();
        return switch (String.valueOf(event.get("event"))) {
            case "SHUTDOWN" -> Optional.of(new QemuEvent.ShutDown(text(data, "reason")));
            case "RESET" -> Optional.of(new QemuEvent.Reset());
            case "RESUME" -> Optional.of(new QemuEvent.WentOn());
            case "BLOCK_IO_ERROR" ->
                    Optional.of(
                            new QemuEvent.DiskPaused(
                                    DiskNodes.serialOf(text(data, "node-name")),
                                    Boolean.TRUE.equals(data.get("nospace")),
                                    text(data, "reason")));
            default -> Optional.empty();
        };
    }

    private static String text(Map<?, ?> data, String key) {
        return data.get(key) instanceof String text ? text : "";
    }
}
