package carryall.hypervisor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Finds out which accelerator really works here: `/dev/kvm` may open and yet hang every guest, so
/// that only a trial guest that ran to its end is believed.
public final class Accelerators {
    /// Real mode code that leaves through QEMU's debug exit: `mov al,0x2a; out 0xf4,al; hlt; jmp
    /// $-1`.
    private static final byte[] TRIAL = HexFormat.of().parseHex("b02ae6f4f4ebfd");

    private static final int TRIAL_EXIT_CODE = (0x2a << 1) | 1;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// SeaBIOS starts no disk that is smaller than a cylinder.
    private static final int DISK_BYTES = 1 << 20;

    private static final String RAN = "ran";

    private final Path verdictFile;

    /// Remembers its findings in a file.
    ///
    /// @param verdictFile where the finding is remembered until QEMU, kernel or boot change
    public Accelerators(Path verdictFile) {
        this.verdictFile = verdictFile;
    }

    /// Which accelerator to use, and why.
    ///
    /// @param reason one line for people, such as `no /dev/kvm on this host`
    public record Verdict(Accelerator accelerator, String reason) {}

    /// Takes at most about five seconds the first time, nothing afterwards.
    ///
    /// @throws HypervisorException if no trial could be started
    public Verdict choose() throws HypervisorException {
        Path kvm = Path.of("/dev/kvm");
        if (!Files.exists(kvm)) {
            return new Verdict(Accelerator.TCG, "no /dev/kvm on this host");
        }
        if (!Files.isReadable(kvm) || !Files.isWritable(kvm)) {
            return new Verdict(Accelerator.TCG, "no right to open /dev/kvm");
        }
        try {
            Optional<JailUser> user = JailUser.dedicated();
            if (user.isPresent()) {
                Optional<Integer> _ = user.get().groupFor(kvm);
            }
        } catch (HypervisorException.FileUnusable closed) {
            return new Verdict(Accelerator.TCG, String.valueOf(closed.getMessage()));
        }
        try {
            String host = host(kvm);
            if (Files.exists(verdictFile)) {
                List<String> lines = Files.readAllLines(verdictFile);
                if (lines.size() == 2 && lines.getFirst().equals(host)) {
                    return verdict(lines.getLast());
                }
            }
            String found = trial(Accelerator.KVM, PATIENCE);
            Files.writeString(verdictFile, host + "\n" + found + "\n");
            return verdict(found);
        } catch (HypervisorException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new HypervisorException.FileUnusable(verdictFile, failure);
        }
    }

    private static Verdict verdict(String found) {
        return found.equals(RAN)
                ? new Verdict(Accelerator.KVM, "a trial guest ran with /dev/kvm")
                : new Verdict(Accelerator.TCG, "a trial guest with /dev/kvm " + found);
    }

    /// What a finding holds for: this boot of this kernel, this QEMU, these rights.
    private static String host(Path kvm) throws IOException {
        Path qemu = Programs.find(QemuProgram.NAME);
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
                + " "
                + Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip()
                + " "
                + Files.size(qemu)
                + " "
                + Files.getLastModifiedTime(qemu).toMillis()
                + " "
                + Files.getAttribute(kvm, "unix:mode")
                + " "
                + Files.getAttribute(kvm, "unix:gid");
    }

    /// Runs the trial guest.
    ///
    /// @return `ran`, or what it did instead
    static String trial(Accelerator accelerator, Duration patience) throws IOException {
        Path directory = Files.createTempDirectory("carryall-trial");
        Path disk = directory.resolve("trial.raw");
        byte[] bytes = Arrays.copyOf(TRIAL, DISK_BYTES);
        bytes[510] = 0x55;
        bytes[511] = (byte) 0xaa;
        Files.write(disk, bytes);
        Path qemu = Programs.find(QemuProgram.NAME);
        List<Jail.Grant> grants = new ArrayList<>();
        grants.add(new Jail.Grant(disk, Jail.Access.WRITE));
        if (accelerator == Accelerator.KVM) {
            grants.add(new Jail.Grant(Path.of("/dev/kvm"), Jail.Access.DEVICE));
        }
        Jail jail =
                new Jail(
                        grants,
                        directory,
                        Network.NONE,
                        new Jail.Limits(ByteSize.mebibytes(3072), ByteSize.mebibytes(1), 1024));
        try (JailedProcess process = jail.start(trialCommand(qemu, accelerator, disk))) {
            int code = process.exit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return code == TRIAL_EXIT_CODE
                    ? RAN
                    : "ended with code " + code + lastWords(said(process.errors()));
        } catch (TimeoutException hangs) {
            return "hung for " + patience.toSeconds() + " seconds";
        } catch (HypervisorException.QemuFailed failed) {
            return "did not start" + lastWords(String.valueOf(failed.getMessage()));
        } catch (ExecutionException failure) {
            return "could not be watched";
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return "was interrupted";
        } finally {
            Files.deleteIfExists(disk);
            Files.deleteIfExists(directory);
        }
    }

    private static String said(InputStream errors) throws IOException {
        return new String(errors.readNBytes(4096), StandardCharsets.UTF_8);
    }

    /// What it said last, in one line.
    private static String lastWords(String said) {
        String last = said.lines().reduce("", (_, line) -> line).replaceAll("\\p{Cntrl}", "?");
        return last.isEmpty() ? "" : ": " + last.substring(0, Math.min(last.length(), 160));
    }

    private static List<String> trialCommand(Path qemu, Accelerator accelerator, Path disk) {
        return List.of(
                qemu.toString(),
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-machine",
                Profile.MODERN.machineType(),
                "-accel",
                accelerator.name().toLowerCase(Locale.ROOT),
                "-cpu",
                Profile.MODERN.cpuModel(),
                "-m",
                "16M",
                "-drive",
                "format=raw,if=ide,file=" + disk,
                "-device",
                "isa-debug-exit,iobase=0xf4,iosize=0x1");
    }
}
