package carryall.cli;

import carryall.release.Subscription;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a shelf is reached, if not as usual.
final class ShelfOptions {
    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Trust the authorities in this PEM file too, for this shelf.")
    private @Nullable Path ca;

    @Option(
            names = "--plain-http",
            description = "Speak to this shelf without TLS, though it is not on this host.")
    private boolean plain;

    Subscription.Settings settings() {
        return new Subscription.Settings(
                Optional.ofNullable(ca).map(Path::toAbsolutePath),
                plain ? Subscription.Transport.PLAIN_ALLOWED : Subscription.Transport.TLS);
    }
}
