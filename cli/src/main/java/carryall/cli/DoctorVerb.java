package carryall.cli;

import carryall.block.FuseMount;
import carryall.hypervisor.Accelerators;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.HostCheck;
import carryall.hypervisor.Network;
import carryall.hypervisor.Ovmf;
import carryall.machine.Machines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Tries each part of the host that a machine needs.
@Command(name = "doctor", description = "Try each part of this host that machines need.")
final class DoctorVerb implements Verb {
    private static final List<String> PROGRAMS =
            List.of(
                    "qemu-system-x86_64",
                    "qemu-img",
                    "bwrap",
                    "setpriv",
                    "prlimit",
                    "pasta",
                    "ip",
                    "mmdebstrap",
                    "mke2fs",
                    "debugfs",
                    "unshare",
                    "nsenter",
                    "fusermount3");
    private static final ByteSize LITTLE = ByteSize.mebibytes(4 << 10);

    @Mixin private Format format = new Format();

    /// One thing tried.
    ///
    /// @param remedy empty if all is well
    private record Finding(String what, String found, Optional<String> remedy) {}

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        List<Finding> findings = new ArrayList<>();
        findings.add(new Finding("java", Runtime.version().toString(), Optional.empty()));
        for (String program : PROGRAMS) {
            findings.add(program(program));
        }
        findings.add(uefi());
        findings.add(jail());
        findings.add(internet());
        findings.add(memoryMount());
        findings.add(accelerator(machines));
        findings.add(space(machines));
        findings.add(viewer());
        boolean well = findings.stream().allMatch(finding -> finding.remedy().isEmpty());
        if (format.isJson()) {
            List<Map<String, Object>> all = new ArrayList<>();
            for (Finding finding : findings) {
                Map<String, Object> object = Terminal.object();
                object.put("what", finding.what());
                object.put("found", finding.found());
                finding.remedy().ifPresent(remedy -> object.put("remedy", remedy));
                all.add(object);
            }
            terminal.json(Terminal.object("well", well, "findings", all));
        } else {
            for (Finding finding : findings) {
                terminal.line(
                        "%-4s %-20s %s"
                                .formatted(
                                        finding.remedy().isEmpty() ? "ok" : "BAD",
                                        finding.what(),
                                        finding.found()));
                finding.remedy().ifPresent(remedy -> terminal.line("       → " + remedy));
            }
        }
        return well ? Exit.DONE : Exit.HOST;
    }

    private static Finding program(String name) {
        try {
            return new Finding(name, HostCheck.version(name), Optional.empty());
        } catch (IOException missing) {
            return new Finding(
                    name,
                    String.valueOf(missing.getMessage()),
                    Optional.of("apt install " + Packages.of(name)));
        }
    }

    private static Finding uefi() {
        try {
            return new Finding("uefi", Ovmf.newVariables().toString(), Optional.empty());
        } catch (IOException missing) {
            return new Finding(
                    "uefi",
                    String.valueOf(missing.getMessage()),
                    Optional.of("apt install " + Packages.of("OVMF")));
        }
    }

    private static Finding jail() {
        try {
            HostCheck.tryJail(Network.NONE);
            return new Finding("jail", "a program ran in it", Optional.empty());
        } catch (IOException failure) {
            return new Finding(
                    "jail",
                    String.valueOf(failure.getMessage()),
                    Optional.of(
                            "allow user name spaces (sysctl kernel.unprivileged_userns_clone=1);"
                                    + " as root: useradd --system carryall"));
        }
    }

    private static Finding internet() {
        try {
            HostCheck.tryJail(Network.INTERNET);
            return new Finding("internet", "a jail with a way out was made", Optional.empty());
        } catch (IOException failure) {
            return new Finding(
                    "internet",
                    String.valueOf(failure.getMessage()),
                    Optional.of(
                            "for machines with `--network internet`: apt install passt iproute2;"
                                    + " modprobe tun veth; chmod 666 /dev/net/tun; be online"));
        }
    }

    private static Finding memoryMount() {
        try {
            FuseMount.tryMount();
            return new Finding("fuse", "a file was mounted and read", Optional.empty());
        } catch (IOException failure) {
            return new Finding(
                    "fuse",
                    String.valueOf(failure.getMessage()),
                    Optional.of(
                            "machines wait for their whole memory without it: apt install fuse3;"
                                    + " modprobe fuse"));
        }
    }

    private static Finding accelerator(Machines machines) {
        try {
            Accelerators.Verdict verdict = machines.accelerators().choose();
            return new Finding(
                    "accelerator",
                    verdict.accelerator() + ": " + verdict.reason(),
                    Optional.empty());
        } catch (IOException failure) {
            return new Finding(
                    "accelerator",
                    String.valueOf(failure.getMessage()),
                    Optional.of("apt install qemu-system-x86"));
        }
    }

    private static Finding space(Machines machines) throws IOException {
        Path place = machines.home();
        while (!Files.exists(place) && place.getParent() != null) {
            place = place.getParent();
        }
        ByteSize free = new ByteSize(Files.getFileStore(place).getUsableSpace());
        return new Finding(
                "space",
                free + " free in " + machines.home(),
                free.compareTo(LITTLE) < 0
                        ? Optional.of("free some: a build takes 3 GiB while it lasts")
                        : Optional.empty());
    }

    private static Finding viewer() {
        return new Finding(
                "viewer",
                Viewer.installed()
                        .map(viewer -> viewer.program().toString())
                        .orElse("none (apt install tigervnc-viewer brings one)"),
                Optional.empty());
    }
}
