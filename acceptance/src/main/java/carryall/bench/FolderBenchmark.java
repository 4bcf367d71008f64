package carryall.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How quick a folder of the host is in a machine: beside the machine's own personal disk, and
/// beside sshfs. A machine cannot reach its host's SSH server, so that sshfs talks with one in the
/// same guest, which then does the work of both sides.
final class FolderBenchmark implements Benchmark {
    private static final String MACHINE = "folder";
    private static final int MEGABYTES = 64;
    private static final int FILES = 300;

    private static final String RECIPE =
            """
            name: folder-bench
            version: "1"
            debian:
              suite: bookworm
              packages: [x11-apps, openssh-client, openssh-server, sshfs]
            command: xclock
            memory: 512MiB
            cpus: 2
            """;

    private static final String SSHFS =
            """
            mkdir -p /root/.ssh /run/sshd /mnt/far /var/tmp/far
            ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/own </dev/null
            cp /root/.ssh/own.pub /root/.ssh/authorized_keys
            ssh-keygen -A >/dev/null
            /usr/sbin/sshd -o ListenAddress=127.0.0.1
            chown user /var/tmp/far
            sshfs -o StrictHostKeyChecking=no,IdentityFile=/root/.ssh/own,allow_other \
            root@127.0.0.1:/var/tmp/far /mnt/far
            chown user /mnt/far
            """
                    .strip()
                    .replace("\n", "; ");

    /// Where it is measured, by the name of that.
    private static final Map<String, String> PLACES = places();

    private static Map<String, String> places() {
        Map<String, String> places = new LinkedHashMap<>();
        places.put("Carryall", "/media/" + MACHINE);
        places.put("sshfs in the guest", "/mnt/far");
        places.put("personal disk", "/home/user");
        return places;
    }

    /// What is done in a place, by its name.
    private static final Map<String, String> WORK = work();

    private static Map<String, String> work() {
        Map<String, String> work = new LinkedHashMap<>();
        work.put("write", "dd if=/dev/zero of=@/big bs=1M count=" + MEGABYTES + " conv=fsync");
        work.put("read", "dd if=@/big of=/dev/null bs=1M");
        work.put(
                "make files",
                "mkdir -p @/many; for i in $(seq " + FILES + "); do echo $i >@/many/$i; done");
        work.put("list them", "ls -lR @/many");
        work.put("remove them", "rm -r @/many @/big");
        return work;
    }

    @Override
    public String name() {
        return "folder";
    }

    @Override
    public String question() {
        return "how quick is a folder of the host in a machine?";
    }

    @Override
    public int usualRounds() {
        return 3;
    }

    @Override
    public List<Figure> measure(Carryall carryall, Settings settings)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("folder-bench");
        try {
            Path recipe = Files.createDirectory(folder.resolve("recipe"));
            Files.writeString(recipe.resolve("recipe.yaml"), RECIPE, StandardCharsets.UTF_8);
            Path shared = Files.createDirectory(folder.resolve(MACHINE));
            carryall.run("build", recipe.toString());
            carryall.run("run", "local/folder-bench", "--name", MACHINE, "--json");
            carryall.run("folder", "add", MACHINE, shared.toString());
            Map<String, Map<String, List<Double>>> seconds = new LinkedHashMap<>();
            try (GuestShell shell = GuestShell.of(carryall, MACHINE)) {
                shell.seconds(SSHFS);
                for (int round = 0; round < settings.rounds(); round++) {
                    for (Map.Entry<String, String> place : PLACES.entrySet()) {
                        measure(shell, place.getKey(), place.getValue(), seconds);
                    }
                }
            }
            carryall.remove(MACHINE);
            return figures(seconds);
        } finally {
            Carryall.removeAll(folder);
        }
    }

    private static void measure(
            GuestShell shell,
            String place,
            String path,
            Map<String, Map<String, List<Double>>> seconds)
            throws IOException {
        for (Map.Entry<String, String> work : WORK.entrySet()) {
            shell.seconds("sync; echo 3 >/proc/sys/vm/drop_caches");
            String line =
                    "runuser -u user -- sh -c '%s' >/dev/null 2>&1"
                            .formatted(work.getValue().replace("@", path));
            seconds.computeIfAbsent(work.getKey(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(place, _ -> new ArrayList<>())
                    .add(shell.seconds(line));
        }
    }

    private static List<Figure> figures(Map<String, Map<String, List<Double>>> seconds) {
        List<Figure> figures = new ArrayList<>();
        seconds.forEach((work, places) -> figures.add(figure(work, places)));
        return figures;
    }

    private static Figure figure(String work, Map<String, List<Double>> places) {
        boolean isBulk = work.equals("write") || work.equals("read");
        List<String> names = List.copyOf(places.keySet());
        Figure figure =
                Figure.of(
                        isBulk ? work : FILES + " files: " + work,
                        isBulk ? Figure.Unit.MEGABYTES_A_SECOND : Figure.Unit.SECONDS,
                        samples(isBulk, places.getOrDefault(names.getFirst(), List.of())));
        for (String peer : names.subList(1, names.size())) {
            figure = figure.beside(peer, samples(isBulk, places.getOrDefault(peer, List.of())));
        }
        return figure;
    }

    private static List<Double> samples(boolean isBulk, List<Double> seconds) {
        return isBulk ? seconds.stream().map(each -> MEGABYTES / each).toList() : seconds;
    }
}
