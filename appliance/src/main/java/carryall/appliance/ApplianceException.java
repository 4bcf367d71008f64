package carryall.appliance;

import java.io.IOException;
import java.nio.file.Path;

/// What can fail with the appliances on this host.
public abstract sealed class ApplianceException extends IOException {
    ApplianceException(String message) {
        super(message);
    }

    ApplianceException(String message, Throwable cause) {
        super(message, cause);
    }

    /// No such appliance is on this host.
    public static final class ApplianceMissing extends ApplianceException {
        private final String wanted;

        public ApplianceMissing(String wanted) {
            super("there is no appliance " + wanted + " on this host");
            this.wanted = wanted;
        }

        /// The name or digest that was asked for.
        public String wanted() {
            return wanted;
        }
    }

    /// A description or a file is not what it was when it was built.
    public static final class ApplianceDamaged extends ApplianceException {
        private final Path file;

        public ApplianceDamaged(Path file, String found) {
            super(file + " is damaged: " + found);
            this.file = file;
        }

        public ApplianceDamaged(Path file, Throwable cause) {
            super(file + " is damaged: " + cause.getMessage(), cause);
            this.file = file;
        }

        /// The damaged file.
        public Path file() {
            return file;
        }
    }

    /// The directory of appliances could not be read or written.
    public static final class StoreUnusable extends ApplianceException {
        public StoreUnusable(Path directory, IOException cause) {
            super(directory + " cannot be used: " + cause.getMessage(), cause);
        }
    }
}
