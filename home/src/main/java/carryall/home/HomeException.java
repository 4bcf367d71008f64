package carryall.home;

import carryall.machine.MachineName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// What can fail with a home, beside the place where it lies, which says so by a
/// [carryall.transport.TransportException].
public abstract sealed class HomeException extends IOException {
    HomeException(String message) {
        super(message);
    }

    HomeException(String message, Throwable cause) {
        super(message, cause);
    }

    /// This host belongs to no home yet.
    public static final class NoHome extends HomeException {
        public NoHome() {
            super("this host belongs to no home");
        }
    }

    /// This host belongs to one already.
    public static final class HasHome extends HomeException {
        public HasHome(String location) {
            super("this host belongs to the home at " + location);
        }
    }

    /// There is nothing of a home where one should be.
    public static final class NotHome extends HomeException {
        public NotHome(String location) {
            super(location + " is no home: it holds no wrapped key");
        }
    }

    /// There is a home where one should be made.
    public static final class HomeThere extends HomeException {
        public HomeThere(String location) {
            super(location + " holds a home already");
        }
    }

    /// What should open the home opens none of its keys, which are all undamaged.
    public static final class KeyRefused extends HomeException {
        public KeyRefused(String location, String secret) {
            super("the home at " + location + " does not open with this " + secret);
        }
    }

    /// What should open the home opens no key, and some keys are damaged.
    public static final class KeyDamaged extends HomeException {
        public KeyDamaged(String location, String secret, List<String> damaged) {
            super(
                    "the home at "
                            + location
                            + " does not open with this "
                            + secret
                            + ", and keys there are damaged: "
                            + String.join("; ", damaged));
        }
    }

    /// A text is no recovery key: it has a mistake.
    public static final class RecoveryKeyMistyped extends HomeException {
        public RecoveryKeyMistyped(String found) {
            super("this is no recovery key: " + found);
        }
    }

    /// An object is there, and is not what was sealed for this home.
    public static final class ObjectDamaged extends HomeException {
        private final ObjectName name;

        public ObjectDamaged(String location, ObjectName name, String found) {
            super(name + " of the home at " + location + " is damaged: " + found);
            this.name = name;
        }

        public ObjectName name() {
            return name;
        }
    }

    /// The place holds another home than this host belongs to.
    public static final class OtherHome extends HomeException {
        public OtherHome(String location, StoreId expected, StoreId found) {
            super(location + " holds the home " + found + ", not " + expected);
        }
    }

    /// The place shows less than was there before.
    public static final class RolledBack extends HomeException {
        public RolledBack(String location, String host, long seen, long found) {
            super(
                    location
                            + " shows head "
                            + found
                            + " of the host "
                            + host
                            + ", but head "
                            + seen
                            + " was there before");
        }
    }

    /// Two different heads of one host have one number: its state directory was copied.
    public static final class Forked extends HomeException {
        public Forked(String location, String host, long sequence) {
            super(location + " holds two different heads " + sequence + " of the host " + host);
        }
    }

    /// Not all that a save names is there, or not yet.
    public static final class NotWhole extends HomeException {
        public NotWhole(String location, ObjectName missing) {
            super("not all of it is at " + location + ": " + missing + " is missing");
        }
    }

    /// No save of that machine is in the home.
    public static final class NotSaved extends HomeException {
        private final MachineName machine;

        public NotSaved(String location, MachineName machine) {
            super("the home at " + location + " holds nothing of " + machine);
            this.machine = machine;
        }

        public MachineName machine() {
            return machine;
        }
    }

    /// A machine went on here and elsewhere. Nothing was changed.
    public static final class WentOnTwice extends HomeException {
        private final MachineName machine;

        public WentOnTwice(MachineName machine, String found) {
            super(machine + " went on in two places: " + found);
            this.machine = machine;
        }

        public MachineName machine() {
            return machine;
        }
    }

    /// Another host has forgotten this one.
    public static final class Forgotten extends HomeException {
        public Forgotten(String location) {
            super("the home at " + location + " has forgotten this host");
        }
    }

    /// No host of that name or id belongs to the home, or more than one.
    public static final class HostUnknown extends HomeException {
        public HostUnknown(String host, String found) {
            super("'" + host + "' names no host of this home: " + found);
        }
    }

    /// Another command is writing to the home from this host.
    public static final class HomeBusy extends HomeException {
        public HomeBusy(Path lock) {
            super("another command of this host is at work on the home: it holds " + lock);
        }
    }

    /// A file of this host's part of the home is not what was written.
    public static final class FileDamaged extends HomeException {
        private final Path file;

        public FileDamaged(Path file, String found) {
            super(file + " is damaged: " + found);
            this.file = file;
        }

        public Path file() {
            return file;
        }
    }

    /// A file of this host could not be read or written.
    public static final class FileUnusable extends HomeException {
        public FileUnusable(Path file, IOException cause) {
            super(file + " cannot be used: " + cause.getMessage(), cause);
        }
    }
}
