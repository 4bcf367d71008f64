package carryall.cli;

import carryall.appliance.InstalledAppliance;
import carryall.hypervisor.ByteSize;
import carryall.machine.Machines;
import carryall.recipe.Builder;
import carryall.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Builds an appliance.
@Command(name = "build", description = "Build an appliance from its recipe, unless it is built.")
final class BuildVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "RECIPE", description = "A recipe.yaml, or the folder that holds it.")
    private Path recipe = Path.of("");

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        InstalledAppliance appliance = build(machines, terminal, recipe);
        if (format.isJson()) {
            terminal.json(object(appliance));
        } else {
            var description = appliance.description();
            terminal.line(description.name() + " " + description.version());
            description
                    .parts()
                    .forEach((part, content) ->
                            terminal.line(
                                    "  %-12s %10s  %s"
                                            .formatted(
                                                    part.fileName(),
                                                    content.size(),
                                                    content.digest())));
            terminal.line("  in " + appliance.directory());
        }
        return Exit.DONE;
    }

    static InstalledAppliance build(Machines machines, Terminal terminal, Path recipe)
            throws IOException {
        BuildProgress progress = new BuildProgress(terminal, System::nanoTime);
        try {
            return new Builder(machines.appliances(), machines.accelerators())
                    .build(Recipe.read(recipe), progress);
        } finally {
            progress.end();
        }
    }

    private static Map<String, Object> object(InstalledAppliance appliance) {
        Map<String, Object> object = Terminal.object();
        object.put("appliance", appliance.description().name().toString());
        object.put("version", appliance.description().version());
        object.put("digest", appliance.id().text());
        object.put("folder", appliance.directory().toString());
        Map<String, Object> parts = Terminal.object();
        appliance
                .description()
                .parts()
                .forEach((part, content) -> {
                    Map<String, Object> one = Terminal.object();
                    ByteSize size = content.size();
                    one.put("sizeBytes", size.bytes());
                    one.put("digest", content.digest().text());
                    parts.put(part.name().toLowerCase(Locale.ROOT), one);
                });
        object.put("parts", parts);
        return object;
    }
}
