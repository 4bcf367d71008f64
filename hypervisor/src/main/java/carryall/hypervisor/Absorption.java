package carryall.hypervisor;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Layers that their top takes in while the guest runs: QEMU's job `block-stream`. It only writes
/// to the top, and until it has ended the disk is read as before.
///
/// @param qmp of the running QEMU
record Absorption(Qmp qmp) {
    private static final String JOB = "absorb-";
    private static final Duration LOOK = Duration.ofMillis(200);

    /// Takes in all between the lowest layers and the top.
    ///
    /// @return whether it went to its end
    boolean absorb(DiskNodes nodes, int lowest, int top) throws HypervisorException {
        String job = JOB + nodes.disk().serial();
        Map<String, Object> words = new HashMap<>();
        words.put("job-id", job);
        words.put("device", nodes.layerName(top));
        words.put("base-node", nodes.under(lowest));
        words.put("auto-dismiss", false);
        qmp.ask("block-stream", words);
        try {
            while (true) {
                Map<?, ?> now = find(job);
                if ("concluded".equals(now.get("status"))) {
                    qmp.ask("job-dismiss", Map.of("id", job));
                    return !now.containsKey("error");
                }
                if (now.isEmpty()) {
                    return false;
                }
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            interrupt();
            return false;
        }
    }

    private Map<?, ?> find(String job) throws HypervisorException {
        for (Map<?, ?> each : jobs()) {
            if (job.equals(each.get("id"))) {
                return each;
            }
        }
        return Map.of();
    }

    private List<? extends Map<?, ?>> jobs() throws HypervisorException {
        return qmp.ask("query-jobs", Map.of()) instanceof List<?> all
                ? all.stream()
                        .filter(Map.class::isInstance)
                        .<Map<?, ?>>map(each -> (Map<?, ?>) each)
                        .toList()
                : List.of();
    }

    /// Ends what is under way, so that the guest can be saved; returns when nothing is left.
    void interrupt() throws HypervisorException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (System.nanoTime() < end) {
            boolean isLeft = false;
            for (Map<?, ?> job : jobs()) {
                if (String.valueOf(job.get("id")).startsWith(JOB)
                        && !"concluded".equals(job.get("status"))) {
                    isLeft = true;
                    if (!"aborting".equals(job.get("status"))) {
                        cancel(String.valueOf(job.get("id")));
                    }
                }
            }
            if (!isLeft) {
                return;
            }
            try {
                Thread.sleep(LOOK.dividedBy(10));
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void cancel(String job) throws HypervisorException {
        try {
            qmp.ask("job-cancel", Map.of("id", job));
        } catch (HypervisorException.CommandRefused endedMeanwhile) {
            // The next look says so.
        }
    }
}
