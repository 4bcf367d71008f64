package carryall.transport;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// The one place that tries again: three times, waiting a minute in all at most.
///
/// @param clock what `Retry-After` is compared with
/// @param sleeper waits
record Patience(Clock clock, Sleeper sleeper) {
    private static final int TRIES = 3;
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /// Waits.
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }

    /// Something that may be done twice.
    interface Attempt<T> {
        T run() throws TransportException, Passing;
    }

    static Patience usual() {
        return new Patience(Clock.systemUTC(), Thread::sleep);
    }

    <T> T with(Attempt<T> attempt) throws TransportException {
        Duration waited = Duration.ZERO;
        for (int n = 1; ; n++) {
            try {
                return attempt.run();
            } catch (Passing failure) {
                Duration wait =
                        failure.meaning().retryAfter().orElse(Duration.ofSeconds(1L << (n - 1)));
                waited = waited.plus(wait);
                if (n == TRIES || waited.compareTo(LONGEST) > 0) {
                    throw failure.meaning();
                }
                pause(failure.meaning(), wait);
            }
        }
    }

    private void pause(TransportException.Unreachable meaning, Duration wait)
            throws TransportException {
        try {
            sleeper.sleep(wait);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw meaning;
        }
    }

    /// What a `Retry-After` says (RFC 9110, 10.2.3); nothing if it says rubbish.
    Optional<Duration> retryAfter(String header) {
        if (header.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(header)));
        }
        try {
            ZonedDateTime time = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration left = Duration.between(clock.instant(), time.toInstant());
            return Optional.of(left.isNegative() ? Duration.ZERO : left);
        } catch (DateTimeException rubbish) {
            return Optional.empty();
        }
    }
}
