package carryall.machine;

import carryall.folder.Grant;
import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the keeper answers to each question: `docs/formats/keeper.md`.
record KeeperAnswers(RunningMachine machine) {
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
                    machine.screenshot(file);
                }
                case "press" -> {
                    List<String> keys = question.texts("keys");
                    question.end();
                    machine.press(keys);
                }
                case "app-ready" -> {
                    question.end();
                    answer.put("up", machine.appIsUp() ? "yes" : "no");
                }
                case "viewers" -> {
                    question.end();
                    answer.put("count", machine.viewers());
                }
                case "saved" -> {
                    question.end();
                    answer.put("bytes", machine.saved());
                }
                case "suspend" -> {
                    question.end();
                    answer.put("state", machine.suspend().number());
                }
                case "snapshot" -> {
                    Optional<String> label = question.optionalText("label");
                    question.end();
                    answer.put("state", machine.snapshot(label).number());
                }
                case "folder-add" -> {
                    Grant grant =
                            new Grant(
                                    question.text("folder"),
                                    Path.of(question.text("directory")),
                                    FoldersText.access(question.text("access")));
                    question.end();
                    switch (machine.folders().add(grant)) {
                        case Granted.Mounted _ -> answer.put("mounted", "yes");
                        case Granted.NotYet(String reason) -> {
                            answer.put("mounted", "no");
                            answer.put("reason", reason);
                        }
                        case Granted.AtNextStart _ ->
                                throw new IllegalStateException("the machine runs");
                    }
                }
                case "folder-remove" -> {
                    String folder = question.text("folder");
                    question.end();
                    machine.folders().remove(folder);
                }
                case "changes" -> {
                    question.end();
                    machine.askChanges();
                }
                case "stop" -> {
                    Duration patience = Duration.ofSeconds(question.number("patienceSeconds"));
                    question.end();
                    machine.stop(patience);
                }
                default -> throw new IllegalArgumentException("unknown verb " + verb);
            }
        } catch (IOException | RuntimeException failure) {
            answer.put("error", String.valueOf(failure.getMessage()));
        }
        return JsonText.write(answer);
    }

    private Map<String, Object> statusText() {
        Map<String, Object> text = new LinkedHashMap<>();
        switch (machine.status()) {
            case MachineStatus.Running running -> {
                text.put("keeperPid", running.keeperPid());
                text.put("qemuPid", running.qemuPid());
                text.put("since", running.since().toString());
                text.put("accelerator", running.accelerator());
                text.put("opening", running.opening());
                running.arriving()
                        .ifPresent(arriving -> {
                            text.put("percentHere", arriving.percent());
                            arriving.stalled().ifPresent(why -> text.put("stalled", why));
                        });
            }
            case MachineStatus.Paused paused -> {
                text.put("keeperPid", paused.keeperPid());
                text.put("qemuPid", paused.qemuPid());
                text.put("since", paused.since().toString());
                text.put("paused", paused.reason());
            }
            case MachineStatus.Stopped _, MachineStatus.Suspended _, MachineStatus.Starting _ ->
                    throw new IllegalStateException("a keeper that answers runs");
        }
        return text;
    }
}
