package carryall.hypervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
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
    private static final int PATIENCE_SECONDS = 5;

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
            String host = host();
            if (Files.exists(verdictFile)) {
                List<String> lines = Files.readAllLines(verdictFile);
                if (lines.size() == 2 && lines.getFirst().equals(host)) {
                    return verdict(lines.getLast());
                }
            }
            String found = trial(kvm);
            Files.writeString(verdictFile, host + "\n" + found + "\n");
            return verdict(found);
        } catch (HypervisorException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new HypervisorException.FileUnusable(verdictFile, failure);
        }
    }

    private static Verdict verdict(String found) {
        return found.equals("ran")
                ? new Verdict(Accelerator.KVM, "a trial guest ran with /dev/kvm")
                : new Verdict(Accelerator.TCG, "a trial guest with /dev/kvm " + found);
    }

    /// What a finding holds for: this boot of this kernel, and this QEMU.
    private static String host() throws IOException {
        Path qemu = Programs.find(QemuCommand.PROGRAM);
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
                + " "
                + Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip()
                + " "
                + Files.size(qemu)
                + " "
                + Files.getLastModifiedTime(qemu).toMillis();
    }

    private static String trial(Path kvm) throws IOException {
        Path directory = Files.createTempDirectory("carryall-trial");
        Path disk = directory.resolve("trial.raw");
        byte[] sector = new byte[512];
        System.arraycopy(TRIAL, 0, sector, 0, TRIAL.length);
        sector[510] = 0x55;
        sector[511] = (byte) 0xaa;
        Files.write(disk, sector);
        Path qemu = Programs.find(QemuCommand.PROGRAM);
        Jail jail =
                new Jail(
                        List.of(new Jail.Grant(kvm, Jail.Access.DEVICE)),
                        directory,
                        Network.NONE,
                        new Jail.Limits(ByteSize.mebibytes(3072), ByteSize.mebibytes(1), 1024));
        try (JailedProcess process = jail.start(trialCommand(qemu, disk))) {
            int code = process.exit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return code == TRIAL_EXIT_CODE ? "ran" : "ended with code " + code;
        } catch (TimeoutException hangs) {
            return "hung for " + PATIENCE_SECONDS + " seconds";
        } catch (HypervisorException.QemuFailed failed) {
            return "did not start";
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

    private static List<String> trialCommand(Path qemu, Path disk) {
        return List.of(
                qemu.toString(),
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-machine",
                Profile.MODERN.machineType(),
                "-accel",
                "kvm",
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
