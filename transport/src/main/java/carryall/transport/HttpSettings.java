package carryall.transport;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How one shelf is reached over HTTP.
///
/// @param extraCa a PEM file, up to 1 MiB, of authorities that are trusted beside the JDK's
/// @param plainHttp whether TLS may be missing
/// @param connect the longest until a connection stands
/// @param answer the longest from then until the answer begins
/// @param stall a transfer is given up when it was slower than `slowestBytesPerSecond` for so long
/// @param slowestBytesPerSecond 1 and more
public record HttpSettings(
        Optional<Path> extraCa,
        PlainHttp plainHttp,
        Duration connect,
        Duration answer,
        Duration stall,
        long slowestBytesPerSecond) {
    public HttpSettings {
        for (Duration each : new Duration[] {connect, answer, stall}) {
            if (!each.isPositive()) {
                throw new IllegalArgumentException("a wait of " + each);
            }
        }
        if (slowestBytesPerSecond < 1) {
            throw new IllegalArgumentException(slowestBytesPerSecond + " bytes a second");
        }
    }

    /// TLS, 15 seconds to connect, 60 to answer, and at least 1 KiB/s over each 30 seconds.
    public static HttpSettings usual() {
        return new HttpSettings(
                Optional.empty(),
                PlainHttp.ONLY_LOOPBACK,
                Duration.ofSeconds(15),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                1024);
    }

    /// The same with more trusted authorities.
    public HttpSettings trusting(Path ca) {
        return new HttpSettings(
                Optional.of(ca), plainHttp, connect, answer, stall, slowestBytesPerSecond);
    }

    /// The same, also without TLS.
    public HttpSettings allowingPlainHttp() {
        return new HttpSettings(
                extraCa, PlainHttp.ALLOWED, connect, answer, stall, slowestBytesPerSecond);
    }
}
