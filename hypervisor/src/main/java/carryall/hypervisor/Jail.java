package carryall.hypervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// The wall around foreign code: own user, mounts, processes and network, an empty root with only
/// what was granted, no new privileges, and limits. Made by bubblewrap, setpriv and prlimit.
///
/// Inside is a user namespace in which no further one can be made, and no capability. An ordinary
/// user's program is that user still; root's is the dedicated [JailUser].
///
/// @param files single files that can be seen inside, under the same absolute path as on the host;
///   when root grants writing, the file becomes the jail user's
/// @param directory the one directory in which the program may make files and sockets, seen inside
///   under its own path; made by the caller, mode 0700
/// @param network what can be reached from inside
/// @param limits upper bounds
/// @param hugePages what the program is told when it asks for them
record Jail(
        List<Grant> files, Path directory, Network network, Limits limits, HugePages hugePages) {
    /// What every dynamically linked program and QEMU read; nothing of a user's.
    private static final List<String> SYSTEM =
            List.of(
                    "/usr/lib",
                    "/usr/lib64",
                    "/etc/ld.so.cache",
                    "/usr/share/qemu",
                    "/usr/share/seabios",
                    "/usr/share/OVMF",
                    "/usr/lib/ipxe");

    Jail {
        files = List.copyOf(files);
    }

    /// One in which the program may have huge pages.
    Jail(List<Grant> files, Path directory, Network network, Limits limits) {
        this(files, directory, network, limits, HugePages.ALLOWED);
    }

    /// One file that the jail may open.
    record Grant(Path file, Access access) {}

    enum Access {
        READ,
        WRITE,
        /// Of a file whose file system refuses all writes: to be opened as if to write, and mapped
        /// copy-on-write, as QEMU 7.2 does.
        MAP,
        /// A unix socket, to connect to.
        CONNECT,
        /// A device node of the host, such as `/dev/kvm`.
        DEVICE
    }

    /// What `madvise(MADV_HUGEPAGE)` does.
    enum HugePages {
        ALLOWED,
        /// It fails; see [MadviseFilter].
        REFUSED
    }

    /// Upper bounds of what the program may use.
    ///
    /// @param addressSpace of each process
    /// @param fileSize of each file that is written
    /// @param processes threads and processes in all
    record Limits(ByteSize addressSpace, ByteSize fileSize, int processes) {
        /// As prlimit reads them.
        private List<String> words() {
            return List.of(
                    "--core=0",
                    "--nofile=1024",
                    "--as=" + addressSpace.bytes(),
                    "--fsize=" + fileSize.bytes(),
                    "--nproc=" + processes);
        }
    }

    /// Starts a program in the jail. It ends at the latest with this process, however that ends.
    ///
    /// @param program absolute path and arguments; the program and the libraries of the system can
    ///   be read inside
    /// @return the process; the caller drains its standard error, standard output is empty
    /// @throws HypervisorException.JailForbidden if this host does not allow it
    /// @throws HypervisorException.ProgramMissing if a tool of the jail is not installed
    JailedProcess start(List<String> program) throws HypervisorException {
        return start(program, Map.of());
    }

    /// The same with an environment, which is empty otherwise.
    JailedProcess start(List<String> program, Map<String, String> environment)
            throws HypervisorException {
        Optional<JailUser> user = handedOver();
        Optional<InternetAccess> internet = Optional.empty();
        Optional<UserNamespace> everybody = Optional.empty();
        try {
            List<String> line = new ArrayList<>();
            if (network == Network.INTERNET) {
                internet = Optional.of(InternetAccess.open(user));
                line.addAll(internet.get().entering());
            }
            if (user.isPresent()) {
                everybody = Optional.of(UserNamespace.make());
                line.addAll(everybody.get().entering());
            }
            // Bubblewrap says who is inside, and closes its output to the program.
            line.addAll(commandLine(user, program, environment, List.of("--info-fd", "1")));
            if (hugePages == HugePages.REFUSED && network == Network.INTERNET) {
                line.addAll(0, List.of("/bin/sh", "-c", withResolver(), "jail"));
            }
            BubblewrapProcess process = BubblewrapProcess.start(line, input(), program.getFirst());
            limit(process);
            internet.ifPresent(access -> {
                var _ = process.exit().whenComplete((_, _) -> access.close());
            });
            return process;
        } catch (HypervisorException failure) {
            internet.ifPresent(InternetAccess::close);
            throw failure;
        } finally {
            // What runs in it keeps it.
            everybody.ifPresent(UserNamespace::close);
        }
    }

    /// Runs a short program without a network to its end. It ends at the latest with the thread
    /// that calls, which must be a platform thread.
    ///
    /// @param input what it reads
    /// @throws HypervisorException.JailForbidden if this host does not allow it
    /// @throws HypervisorException.ProgramMissing if a tool of the jail is not installed
    JailedRun run(List<String> program, Map<String, String> environment, byte[] input)
            throws HypervisorException {
        Optional<JailUser> user = handedOver();
        Optional<UserNamespace> everybody = Optional.empty();
        try {
            // From the outside in, as the first process inside is limited too.
            List<String> line = new ArrayList<>(List.of(Programs.find("prlimit").toString()));
            line.addAll(limits.words());
            line.add("--");
            if (user.isPresent()) {
                everybody = Optional.of(UserNamespace.make());
                line.addAll(everybody.get().entering());
            }
            line.addAll(commandLine(user, program, environment, List.of()));
            return JailedRun.of(line, input);
        } finally {
            everybody.ifPresent(UserNamespace::close);
        }
    }

    /// Makes the jail user, if there is one, the owner of what may be written.
    private Optional<JailUser> handedOver() throws HypervisorException {
        Optional<JailUser> user = JailUser.dedicated();
        if (user.isPresent()) {
            user.get().own(directory);
            for (Grant grant : files) {
                if (grant.access() == Access.WRITE) {
                    user.get().own(grant.file());
                }
            }
        }
        return user;
    }

    /// What bubblewrap reads from its standard input.
    private byte[] input() {
        return switch (hugePages) {
            case REFUSED -> MadviseFilter.bytes();
            case ALLOWED ->
                    switch (network) {
                        case NONE -> new byte[0];
                        case INTERNET -> resolver().getBytes(StandardCharsets.UTF_8);
                    };
        };
    }

    private static String resolver() {
        return "nameserver " + InternetAccess.RESOLVER + "\n";
    }

    /// A script that becomes the command that follows it, with the resolver's line to be read as
    /// number 9: Java gives a child standard input alone.
    private static String withResolver() {
        return "exec \"$@\" 9<<END\n" + resolver() + "END\n";
    }

    private List<String> networkWords() {
        return switch (network) {
            case NONE -> List.of("--unshare-net");
            case INTERNET -> {
                String number = hugePages == HugePages.REFUSED ? "9" : "0";
                yield List.of("--perms", "0444", "--ro-bind-data", number, "/etc/resolv.conf");
            }
        };
    }

    private List<String> filterWords() {
        return switch (hugePages) {
            case ALLOWED -> List.of();
            case REFUSED -> List.of("--seccomp", "0");
        };
    }

    /// Limits the first process inside, bubblewrap's own, to what the program is limited to: if
    /// both are the same user's, the program may use the other as it likes.
    private void limit(BubblewrapProcess process) throws HypervisorException {
        List<String> line = new ArrayList<>();
        line.add(Programs.find("prlimit").toString());
        line.add("--pid=" + process.first());
        line.addAll(limits.words());
        try {
            Process prlimit = new ProcessBuilder(line).redirectErrorStream(true).start();
            byte[] said = prlimit.getInputStream().readNBytes(4096);
            if (prlimit.waitFor() != 0 && !process.exit().isDone()) {
                process.close();
                throw new HypervisorException.JailForbidden(
                        new String(said, StandardCharsets.UTF_8).strip());
            }
        } catch (HypervisorException ours) {
            throw ours;
        } catch (IOException failure) {
            process.close();
            throw new HypervisorException.JailForbidden(failure.toString());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            process.close();
            throw new HypervisorException.JailForbidden("interrupted");
        }
    }

    private List<String> commandLine(
            Optional<JailUser> user,
            List<String> program,
            Map<String, String> environment,
            List<String> information)
            throws HypervisorException {
        String setpriv = Programs.find("setpriv").toString();
        String prlimit = Programs.find("prlimit").toString();
        List<String> line = new ArrayList<>();
        line.add(Programs.find("bwrap").toString());
        line.addAll(List.of("--unshare-ipc", "--unshare-pid", "--unshare-uts"));
        line.addAll(List.of("--unshare-cgroup-try", "--hostname", "machine"));
        line.addAll(List.of("--die-with-parent", "--new-session", "--clearenv"));
        environment.forEach((name, value) -> line.addAll(List.of("--setenv", name, value)));
        if (user.isEmpty()) {
            line.addAll(List.of("--unshare-user", "--disable-userns", "--cap-drop", "ALL"));
            line.addAll(List.of("--uid", JailUser.own("uid"), "--gid", JailUser.own("gid")));
        }
        for (Path folder : folders(List.of(setpriv, prlimit, program.getFirst()))) {
            line.addAll(List.of("--dir", folder.toString()));
        }
        for (String path : SYSTEM) {
            line.addAll(List.of("--ro-bind-try", path, path));
        }
        line.addAll(List.of("--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"));
        for (String path : List.of(setpriv, prlimit, program.getFirst())) {
            line.addAll(List.of("--ro-bind", path, path));
        }
        line.addAll(List.of("--dev", "/dev", "--bind", directory.toString(), directory.toString()));
        for (Grant grant : files) {
            String path = grant.file().toString();
            line.add(
                    switch (grant.access()) {
                        case READ -> "--ro-bind";
                        case WRITE, MAP, CONNECT -> "--bind";
                        case DEVICE -> "--dev-bind";
                    });
            line.addAll(List.of(path, path));
        }
        line.addAll(networkWords());
        line.addAll(filterWords());
        line.addAll(List.of("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"));
        line.addAll(information);
        line.add("--");
        line.addAll(List.of(setpriv, "--no-new-privs"));
        if (user.isPresent()) {
            line.addAll(List.of("--reuid=" + user.get().uid(), "--regid=" + user.get().gid()));
            line.addAll(List.of(groups(user.get()), "--inh-caps=-all", "--bounding-set=-all"));
        }
        line.addAll(List.of("--", prlimit));
        line.addAll(limits.words());
        line.add("--");
        line.addAll(program);
        return line;
    }

    /// No group but those that open the granted devices.
    private String groups(JailUser user) throws HypervisorException {
        SortedSet<String> groups = new TreeSet<>();
        for (Grant grant : files) {
            if (grant.access() == Access.DEVICE) {
                user.groupFor(grant.file()).ifPresent(group -> groups.add(group.toString()));
            }
        }
        return groups.isEmpty() ? "--clear-groups" : "--groups=" + String.join(",", groups);
    }

    /// The folders above all that is seen inside, from the root down. Bubblewrap would make them
    /// for root alone, and the jail user could not pass through.
    private SortedSet<Path> folders(List<String> programs) {
        SortedSet<Path> folders = new TreeSet<>();
        SYSTEM.forEach(path -> addAbove(Path.of(path), folders));
        programs.forEach(path -> addAbove(Path.of(path), folders));
        files.forEach(grant -> addAbove(grant.file(), folders));
        addAbove(directory, folders);
        return folders;
    }

    private static void addAbove(Path path, SortedSet<Path> folders) {
        for (Path above = path.getParent();
                above != null && above.getNameCount() > 0;
                above = above.getParent()) {
            folders.add(above);
        }
    }
}
