package carryall.transport;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Remembers how long somebody would have slept.
final class Waits implements Patience.Sleeper {
    static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");

    private final List<Duration> waits = new CopyOnWriteArrayList<>();

    @Override
    public void sleep(Duration time) {
        waits.add(time);
    }

    List<Duration> all() {
        return waits;
    }

    Patience patience() {
        return new Patience(Clock.fixed(NOW, ZoneOffset.UTC), this);
    }
}
