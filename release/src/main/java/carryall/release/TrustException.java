package carryall.release;

import carryall.crypto.VerifyingKey;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Why what a shelf shows is not followed. What is installed is not touched by any of it.
public abstract sealed class TrustException extends IOException {
    TrustException(String message) {
        super(message);
    }

    TrustException(String message, Throwable cause) {
        super(message, cause);
    }

    /// Nothing was published here, or not on this channel.
    public static final class NotPublished extends TrustException {
        private final String location;

        public NotPublished(String location, String what) {
            super(location + " has no " + what);
            this.location = location;
        }

        /// Which shelf and app it is.
        public String location() {
            return location;
        }
    }

    /// A document is not of the form that it should be.
    public static final class Malformed extends TrustException {
        public Malformed(String location, String what, Throwable cause) {
            super(what + " of " + location + " cannot be read: " + cause.getMessage(), cause);
        }
    }

    /// The publisher's root key is another than was pinned, and no statement by the pinned one says
    /// so.
    public static final class OtherRoot extends TrustException {
        public OtherRoot(String location, VerifyingKey pinned, VerifyingKey shown) {
            super(
                    location
                            + " shows the root key "
                            + shown.fingerprint()
                            + ", but "
                            + pinned.fingerprint()
                            + " was agreed to, and that key does not vouch for the other");
        }
    }

    /// A signature is missing or is by a key that does not count.
    public static final class NotSigned extends TrustException {
        public NotSigned(String location, String what, String by) {
            super(what + " of " + location + " is not signed by " + by);
        }
    }

    /// An older document than was seen before (rollback).
    public static final class Older extends TrustException {
        public Older(String location, String shown, long seen) {
            super(
                    location
                            + " shows "
                            + shown
                            + ", but number "
                            + seen
                            + " was seen before: it is shown an older one, or lost the newer");
        }
    }

    /// Two documents of one number.
    public static final class Forked extends TrustException {
        public Forked(String location, String what, long number) {
            super(
                    location
                            + " shows another "
                            + what
                            + " number "
                            + number
                            + " than before: one of them is not what the publisher means");
        }
    }

    /// A document that should have been replaced by now (freeze).
    public static final class Expired extends TrustException {
        public Expired(String location, String what, Instant expires, Instant now) {
            super(
                    what
                            + " of "
                            + location
                            + " expired at "
                            + expires
                            + "; this host's clock says "
                            + now.truncatedTo(ChronoUnit.SECONDS)
                            + ": the shelf keeps back a newer one, the publisher renewed none, or"
                            + " the clock is wrong");
        }
    }

    /// A number that leaves no room for later ones (fast-forward).
    public static final class TooFarForward extends TrustException {
        public TooFarForward(String location, String what, long shown, long seen) {
            super(
                    location
                            + " shows "
                            + what
                            + " number "
                            + shown
                            + " after number "
                            + seen
                            + ": no publisher counts so fast");
        }
    }

    /// Documents that do not belong together (mix and match), or to what was asked for.
    public static final class MixedUp extends TrustException {
        public MixedUp(String location, String found) {
            super(location + " shows what does not belong together: " + found);
        }
    }
}
