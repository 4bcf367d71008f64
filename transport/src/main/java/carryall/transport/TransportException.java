package carryall.transport;

import carryall.crypto.Digest;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// What can fail with a shelf.
public abstract sealed class TransportException extends IOException {
    private final String location;

    TransportException(String location, String message) {
        super(message);
        this.location = location;
    }

    TransportException(String location, String message, Throwable cause) {
        super(message, cause);
        this.location = location;
    }

    /// Which shelf or repository it is.
    public final String location() {
        return location;
    }

    /// It could not be reached, stalled, or answered that it is busy. Asking later may help.
    public static final class Unreachable extends TransportException {
        private final Optional<Duration> retryAfter;

        public Unreachable(String location, String found, Optional<Duration> retryAfter) {
            super(location, location + " cannot be reached: " + found);
            this.retryAfter = retryAfter;
        }

        public Unreachable(String location, IOException cause) {
            super(location, location + " cannot be reached: " + cause.getMessage(), cause);
            this.retryAfter = Optional.empty();
        }

        /// When it said that asking again may help.
        public Optional<Duration> retryAfter() {
            return retryAfter;
        }
    }

    /// It wants other credentials, or none help (401, 403).
    public static final class Unauthorized extends TransportException {
        public Unauthorized(String location, String found) {
            super(location, location + " does not let you in: " + found);
        }
    }

    /// The program that keeps the password fails.
    public static final class HelperFailed extends TransportException {
        private final String program;

        public HelperFailed(String registry, String program, String found) {
            super(
                    registry,
                    program
                            + " "
                            + found
                            + "; docker's config.json says that it has the password of "
                            + registry);
            this.program = program;
        }

        /// Its name.
        public String program() {
            return program;
        }
    }

    /// It does not prove by TLS that it is who it should be, to those whom this host trusts.
    public static final class Distrusted extends TransportException {
        public Distrusted(String location, String found) {
            super(location, location + " " + found);
        }
    }

    /// It is not on this host, and would be spoken to without TLS.
    public static final class WithoutTls extends TransportException {
        public WithoutTls(String location) {
            super(
                    location,
                    location + " is not on this host, and plain HTTP is not allowed for it");
        }
    }

    /// What was asked for is not there (404).
    public static final class Missing extends TransportException {
        private final String wanted;

        public Missing(String location, String wanted) {
            super(location, location + " has no " + wanted);
            this.wanted = wanted;
        }

        /// The tag, digest or repository that was asked for.
        public String wanted() {
            return wanted;
        }
    }

    /// What came is not what was asked for: another digest, length, type or form.
    public static final class Damaged extends TransportException {
        public Damaged(String location, String what, String found) {
            super(location, what + " of " + location + " is damaged: " + found);
        }

        public Damaged(String location, Digest digest, String found) {
            this(location, digest.text(), found);
        }
    }

    /// It cannot do what was asked: it is read-only, or tells no list, or has no ranges.
    public static final class Refused extends TransportException {
        public Refused(String location, String found) {
            super(location, location + " " + found);
        }
    }

    /// A folder could not be read or written.
    public static final class Unusable extends TransportException {
        public Unusable(String location, IOException cause) {
            super(location, location + " cannot be used: " + cause.getMessage(), cause);
        }
    }
}
