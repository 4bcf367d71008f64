package carryall.hypervisor;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What can fail in the world around a virtual machine.
public abstract sealed class HypervisorException extends IOException {
    HypervisorException(String message, Optional<Throwable> cause) {
        super(message, cause.orElse(null));
    }

    /// A program that is needed is not installed.
    public static final class ProgramMissing extends HypervisorException {
        private final String program;

        public ProgramMissing(String program) {
            super("the program " + program + " was not found on this host", Optional.empty());
            this.program = program;
        }

        /// The program's file name, such as `qemu-system-x86_64`.
        public String program() {
            return program;
        }
    }

    /// The UEFI firmware is not installed.
    public static final class FirmwareMissing extends HypervisorException {
        private final Path file;

        public FirmwareMissing(Path file) {
            super("the UEFI firmware " + file + " was not found on this host", Optional.empty());
            this.file = file;
        }

        /// The file that was looked for.
        public Path file() {
            return file;
        }
    }

    /// The host does not let a jail be made; nothing was started.
    public static final class JailForbidden extends HypervisorException {
        public JailForbidden(String found) {
            super("no jail could be made on this host: " + found, Optional.empty());
        }
    }

    /// QEMU ended before it answered; its last words are in the message.
    public static final class QemuFailed extends HypervisorException {
        public QemuFailed(int exitCode, String lastWords) {
            super("QEMU ended with code " + exitCode + ": " + lastWords, Optional.empty());
        }
    }

    /// QEMU refused a command.
    public static final class CommandRefused extends HypervisorException {
        private final String command;

        public CommandRefused(String command, String description) {
            super("QEMU refused " + command + ": " + description, Optional.empty());
            this.command = command;
        }

        /// The QMP or agent command.
        public String command() {
            return command;
        }
    }

    /// QEMU or the guest's agent did not answer in time, closed the line, or sent what is no
    /// answer.
    public static final class NoAnswer extends HypervisorException {
        public NoAnswer(String asked, Duration waited) {
            super("no answer to " + asked + " within " + waited, Optional.empty());
        }

        public NoAnswer(String asked, Throwable cause) {
            super("no answer to " + asked + ": " + cause.getMessage(), Optional.of(cause));
        }
    }

    /// QEMU did not save or load the memory and the devices; a guest that was to be saved can go
    /// on.
    public static final class MigrationFailed extends HypervisorException {
        public MigrationFailed(String found) {
            super("QEMU could not save or load a state: " + found, Optional.empty());
        }
    }

    /// What QEMU saved is not of a form that is known here; nothing of it is used.
    public static final class StreamRefused extends HypervisorException {
        private final String section;

        public StreamRefused(String section, String found) {
            super("the state's section " + section + " is refused: " + found, Optional.empty());
            this.section = section;
        }

        /// The section at fault, by its name in the stream.
        public String section() {
            return section;
        }
    }

    /// A tool in a jail said more than a tool says of any sound file.
    public static final class OutputEndless extends HypervisorException {
        public OutputEndless(int most) {
            super("a tool in its jail said more than " + new ByteSize(most), Optional.empty());
        }
    }

    /// A file that belongs to the machine cannot be used.
    public static final class FileUnusable extends HypervisorException {
        public FileUnusable(Path file, Throwable cause) {
            super(file + " cannot be used: " + cause.getMessage(), Optional.of(cause));
        }
    }
}
