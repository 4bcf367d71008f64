package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceName;
import carryall.appliance.BuildFolder;
import carryall.appliance.Scratch;
import carryall.appliance.Sharing;
import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import carryall.json.JsonText;
import carryall.machine.Machine;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import carryall.recipe.BuildListener;
import carryall.recipe.Builder;
import carryall.recipe.Recipe;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Somebody at a terminal, with a state directory of their own: what is typed, printed, returned,
/// and left on disk.
///
/// @param columns of the terminal; 0 if it is none
record Session(Path temp, int columns) {
    static final BuildListener SILENT =
            new BuildListener() {
                @Override
                public void step(int number, int of, String title) {}

                @Override
                public void progress(Unit unit, long done, OptionalLong total) {}
            };

    /// What a command printed and returned.
    record Transcript(int code, String output, String errors) {
        Transcript returned(int expected) {
            assertThat(code).as(output + errors).isEqualTo(expected);
            return this;
        }

        JsonText json() {
            return JsonText.parse(output);
        }
    }

    Machines machines() {
        return new Machines(temp.resolve("home"));
    }

    /// Types words, separated by spaces.
    Transcript type(String line) {
        return type(List.of(line.split(" ", -1)), "");
    }

    Transcript type(List<String> words, String answer) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        Terminal terminal =
                new Terminal(
                        new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(output, false, StandardCharsets.UTF_8),
                        new PrintStream(errors, false, StandardCharsets.UTF_8),
                        columns);
        int code = new Verbs(machines(), terminal).run(words);
        terminal.flush();
        return new Transcript(
                code,
                output.toString(StandardCharsets.UTF_8),
                errors.toString(StandardCharsets.UTF_8));
    }

    /// A recipe's folder with a small raw image.
    Path recipe(String name, String... lines) throws IOException {
        Path folder = Files.createDirectories(temp.resolve("recipes").resolve(name));
        Files.write(folder.resolve("disk.raw"), new byte[1 << 16]);
        Files.writeString(
                folder.resolve("recipe.yaml"),
                "name: %s\nversion: \"1\"\nimage: disk.raw\n%s\n"
                        .formatted(name, String.join("\n", lines)));
        return folder;
    }

    /// A stopped machine.
    Machine machine(String name, String... lines) throws IOException {
        var appliance =
                new Builder(machines().appliances(), machines().accelerators())
                        .build(Recipe.read(recipe("dos", lines)), SILENT);
        return machines().create(new MachineName(name), appliance, Network.NONE);
    }

    /// A stopped machine whose guest takes folders.
    Machine sharing(String name) throws IOException {
        try (BuildFolder folder = machines().appliances().newFolder(_ -> {})) {
            Path system = folder.path().resolve(Appliance.Part.SYSTEM.fileName());
            Files.write(system, new byte[1 << 16]);
            var content = new Appliance.Content(new ByteSize(1 << 16), Digest.of(system));
            var appliance =
                    machines()
                            .appliances()
                            .add(
                                    folder,
                                    new Appliance(
                                            ApplianceName.parse("local/sharing"),
                                            "1",
                                            "Sharing",
                                            "",
                                            Profile.MODERN,
                                            Firmware.BIOS,
                                            ByteSize.mebibytes(64),
                                            1,
                                            Network.NONE,
                                            Scratch.KEEP,
                                            Sharing.LINE,
                                            List.of(),
                                            Optional.empty(),
                                            Digest.of(new byte[0]),
                                            Optional.empty(),
                                            Map.of(Appliance.Part.SYSTEM, content)));
            return machines().create(new MachineName(name), appliance, Network.NONE);
        }
    }

    /// All that is in the state directory, but what is in appliances.
    List<String> left() throws IOException {
        Path home = temp.resolve("home");
        if (!Files.exists(home)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(home)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> home.relativize(file).toString())
                    .filter(file -> !file.startsWith("appliances/"))
                    .sorted()
                    .toList();
        }
    }
}
