package carryall.machine;

import carryall.appliance.JsonText;
import carryall.hypervisor.Accelerators;
import carryall.hypervisor.GuestAgent;
import carryall.hypervisor.Qemu;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/// What the keeper answers to each question: `docs/formats/keeper.md`.
record KeeperAnswers(
        BiFunction<Qemu, Accelerators.Verdict, MachineStatus> status,
        BiConsumer<Qemu, Duration> stop,
        Qemu qemu,
        Accelerators.Verdict verdict) {
    private static final List<String> APP_READY = List.of("/usr/lib/carryall/app-ready");
    private static final Duration GUEST_PATIENCE = Duration.ofSeconds(20);

    /// Answers one line with one line; whatever is wrong is said under `error`.
    String to(String line) {
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            JsonText question = JsonText.parse(line);
            String verb = question.text("verb");
            switch (verb) {
                case "status" -> {
                    question.end();
                    answer.putAll(statusText());
                }
                case "screenshot" -> {
                    Path file = Path.of(question.text("file"));
                    question.end();
                    qemu.screenshot(file);
                }
                case "press" -> {
                    List<String> keys = question.texts("keys");
                    question.end();
                    qemu.press(keys.toArray(String[]::new));
                }
                case "app-ready" -> {
                    question.end();
                    answer.put("up", appIsUp() ? "yes" : "no");
                }
                case "stop" -> {
                    Duration patience = Duration.ofSeconds(question.number("patienceSeconds"));
                    question.end();
                    stop.accept(qemu, patience);
                }
                default -> throw new IllegalArgumentException("unknown verb " + verb);
            }
        } catch (IOException | RuntimeException failure) {
            answer.put("error", String.valueOf(failure.getMessage()));
        }
        return JsonText.write(answer);
    }

    private boolean appIsUp() {
        try {
            GuestAgent.Outcome outcome = qemu.agent().run(APP_READY, GUEST_PATIENCE);
            return outcome.exitCode() == 0;
        } catch (IOException agentNotUpYet) {
            return false;
        }
    }

    private Map<String, Object> statusText() {
        Map<String, Object> text = new LinkedHashMap<>();
        switch (status.apply(qemu, verdict)) {
            case MachineStatus.Running running -> {
                text.put("keeperPid", running.keeperPid());
                text.put("qemuPid", running.qemuPid());
                text.put("since", running.since().toString());
                text.put("accelerator", running.accelerator());
            }
            case MachineStatus.Paused paused -> {
                text.put("keeperPid", paused.keeperPid());
                text.put("qemuPid", paused.qemuPid());
                text.put("since", paused.since().toString());
                text.put("paused", paused.reason());
            }
            case MachineStatus.Stopped _, MachineStatus.Starting _ ->
                    throw new IllegalStateException("a keeper that answers runs");
        }
        return text;
    }
}
