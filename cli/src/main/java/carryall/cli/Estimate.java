package carryall.cli;

import carryall.hypervisor.ByteSize;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/// How long a fetch is likely to take.
///
/// @param bytes to be fetched
/// @param bytesPerSecond as fast as the shelf was, if that is known
record Estimate(long bytes, OptionalLong bytesPerSecond) {
    /// Bytes and time, such as `36000000 bytes (34.3 MiB) to fetch, about 4 s at 10 MiB/s`.
    String text() {
        return bytes == 0
                ? "nothing to fetch"
                : bytes + " bytes (" + new ByteSize(bytes) + ") to fetch" + time();
    }

    private String time() {
        return bytesPerSecond.isEmpty()
                ? ", time unknown until the first bytes"
                : ", about "
                        + Times.text(Duration.ofSeconds(seconds()))
                        + " at "
                        + new ByteSize(bytesPerSecond.getAsLong())
                        + "/s";
    }

    private long seconds() {
        return bytes == 0 ? 0 : 1 + bytes / Math.max(1, bytesPerSecond.orElse(1));
    }

    /// The same for programs.
    void addTo(Map<String, Object> object) {
        object.put("fetchBytes", bytes);
        if (bytesPerSecond.isPresent()) {
            object.put("fetchSeconds", seconds());
        }
    }
}
