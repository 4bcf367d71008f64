package carryall.release;

import carryall.crypto.Digest;
import carryall.crypto.VerifyingKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// What can fail between a shelf and this host, beside the shelf itself.
public abstract sealed class ReleaseException extends IOException {
    ReleaseException(String message) {
        super(message);
    }

    ReleaseException(String message, Throwable cause) {
        super(message, cause);
    }

    /// What was verified by its digest is not of a form that this Carryall knows.
    public static final class NotRelease extends ReleaseException {
        public NotRelease(String location, Digest digest, Throwable cause) {
            super(
                    location
                            + ": "
                            + digest
                            + " is no release that this Carryall can use: "
                            + cause.getMessage(),
                    cause);
        }
    }

    /// A pack holds other bytes than the release says.
    public static final class PackDamaged extends ReleaseException {
        public PackDamaged(String location, Digest pack, IOException cause) {
            super(location + ": pack " + pack + ": " + cause.getMessage(), cause);
        }
    }

    /// The disk has not the room.
    public static final class NoSpace extends ReleaseException {
        private final long missingBytes;

        public NoSpace(String place, long neededBytes, long freeBytes) {
            super(place + " has " + freeBytes + " bytes free of " + neededBytes + " needed");
            this.missingBytes = neededBytes - freeBytes;
        }

        /// How much more is needed.
        public long missingBytes() {
            return missingBytes;
        }
    }

    /// What says what the user follows is not what was written.
    public static final class SubscriptionDamaged extends ReleaseException {
        public SubscriptionDamaged(Path file, Throwable cause) {
            super(file + " is damaged: " + cause.getMessage(), cause);
        }
    }

    /// A channel has no such version.
    public static final class VersionMissing extends ReleaseException {
        private final String location;

        public VersionMissing(String location, String version, List<String> there) {
            super(location + " has no version " + version + ", but " + String.join(", ", there));
            this.location = location;
        }

        /// Which shelf and app it is.
        public String location() {
            return location;
        }
    }

    /// The user follows no such appliance.
    public static final class NotSubscribed extends ReleaseException {
        public NotSubscribed(String name) {
            super(name + " is not subscribed to");
        }

        public NotSubscribed(String name, List<String> followed) {
            super(
                    name
                            + " is not subscribed to, "
                            + (followed.isEmpty()
                                    ? "and nothing else is"
                                    : "but " + String.join(", ", followed)));
        }
    }

    /// An appliance is not whole, and nothing says where the rest of it lies.
    public static final class SourceUnknown extends ReleaseException {
        public SourceUnknown(Digest appliance) {
            super(
                    "the appliance "
                            + appliance
                            + " is here in part, and where the rest is nobody knows");
        }
    }

    /// An appliance is still arriving.
    public static final class NotWhole extends ReleaseException {
        public NotWhole(String name) {
            super(name + " is here in part, and cannot be published");
        }
    }

    /// A publisher's keys are there already.
    public static final class KeysThere extends ReleaseException {
        public KeysThere(Path folder) {
            super(folder + " is there already");
        }
    }

    /// There are no keys of a publisher.
    public static final class KeysMissing extends ReleaseException {
        public KeysMissing(Path folder) {
            super(folder + " holds no keys of a publisher");
        }
    }

    /// There are keys of several publishers, and nobody said whose are meant.
    public static final class PublishersMany extends ReleaseException {
        private final String first;

        public PublishersMany(List<String> publishers) {
            super("the keys of " + String.join(", ", publishers) + " are here");
            this.first = publishers.getFirst();
        }

        /// One of them.
        public String first() {
            return first;
        }
    }

    /// A key is not the one that is needed.
    public static final class OtherKey extends ReleaseException {
        public OtherKey(Path file, VerifyingKey needed) {
            super(file + " is not the key " + needed.fingerprint());
        }
    }

    /// The same name is followed on another shelf.
    public static final class OtherShelf extends ReleaseException {
        private final String name;

        public OtherShelf(String name, String before, String now) {
            super(name + " is followed on " + before + ", not on " + now);
            this.name = name;
        }

        /// The appliance.
        public String name() {
            return name;
        }
    }
}
