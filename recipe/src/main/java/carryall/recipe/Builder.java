package carryall.recipe;

import carryall.appliance.Appliance;
import carryall.appliance.Appliances;
import carryall.appliance.BuildFolder;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.VerifiedFiles;
import carryall.crypto.Digest;
import carryall.hypervisor.Accelerators;
import carryall.hypervisor.ByteSize;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Builds appliances from recipes. A build that fails or is killed leaves nothing that counts.
public final class Builder {
    /// Names of our own making, the same in every appliance: what is mounted is found by them.
    static final String SYSTEM_UUID = "63617272-7961-4c6c-8000-000000000001";

    static final String PERSONAL_UUID = "63617272-7961-4c6c-8000-000000000002";
    static final String MACHINE_UUID = "63617272-7961-4c6c-8000-000000000004";
    static final String HASH_SEED = "63617272-7961-4c6c-8000-000000000003";

    private static final String KERNEL_COMMAND_LINE =
            "root=UUID="
                    + SYSTEM_UUID
                    + " ro quiet console=ttyS0 mitigations=off "
                    + Appliance.CUSTOMISABLE;

    /// What a Debian build takes while it lasts: packages, root, and image.
    private static final ByteSize NEEDED_SPACE = ByteSize.mebibytes(3 << 10);

    /// A Debian appliance takes the steps of its root and disks, then those of its warm states, and
    /// the rehearsal.
    static final int STEPS = DebianProgress.STEPS + WarmCapture.STEPS + 1;

    private final Appliances appliances;
    private final Accelerators accelerators;

    /// Over the appliances of this host.
    ///
    /// @param appliances where the result goes
    /// @param accelerators says how a new appliance is run to take its warm states
    public Builder(Appliances appliances, Accelerators accelerators) {
        this.appliances = appliances;
        this.accelerators = accelerators;
    }

    /// Returns what the recipe describes; builds it unless it was built from the same inputs
    /// before.
    ///
    /// @throws IOException one of [RecipeException] or [carryall.appliance.ApplianceException]
    public InstalledAppliance build(Recipe recipe, BuildListener listener) throws IOException {
        Digest inputs = BuildInputs.digest(recipe, KERNEL_COMMAND_LINE);
        Optional<InstalledAppliance> before = appliances.builtFrom(inputs, recipe.name());
        if (before.isPresent()) {
            return before.get();
        }
        try (BuildFolder folder = appliances.newFolder(DebianBuild::removeLeft)) {
            Path out = folder.path();
            Optional<Appliance.Warm> warm = Optional.empty();
            switch (recipe.source()) {
                case Recipe.Source.Debian debian -> {
                    FileStore store = Files.getFileStore(out);
                    if (store.getUsableSpace() < NEEDED_SPACE.bytes()) {
                        throw new RecipeException.NoSpace(out);
                    }
                    new DebianBuild(recipe, debian, out).run(listener);
                    warm =
                            Optional.of(
                                    new WarmCapture(
                                                    recipe,
                                                    KERNEL_COMMAND_LINE,
                                                    out,
                                                    accelerators,
                                                    listener)
                                            .take(DebianProgress.STEPS + 1, STEPS));
                }
                case Recipe.Source.Image(Path file) -> copy(recipe, file, out, listener);
            }
            if (recipe.icon().orElse(null) instanceof Recipe.Icon.Beside(Path icon)) {
                checkIcon(icon);
                Files.copy(icon, out.resolve(Appliance.Part.ICON.fileName()));
            }
            checkIcon(out.resolve(Appliance.Part.ICON.fileName()));
            Appliance description = description(recipe, inputs, warm, out);
            if (warm.isPresent()) {
                listener.step(STEPS, STEPS, "rehearsing the opening");
                Rehearsal.perform(description, out);
                description = description(recipe, inputs, warm, out);
            }
            return appliances.add(folder, description);
        } catch (FileSystemException failure) {
            if (String.valueOf(failure.getReason()).contains("No space left")) {
                throw new RecipeException.NoSpace(Path.of(failure.getFile()));
            }
            throw failure;
        }
    }

    private static void copy(Recipe recipe, Path image, Path out, BuildListener listener)
            throws IOException {
        int steps = recipe.personal().isPresent() ? 2 : 1;
        listener.step(1, steps, "copying the disk image");
        copy(image, out.resolve(Appliance.Part.SYSTEM.fileName()), listener);
        Path personal = out.resolve(Appliance.Part.PERSONAL.fileName());
        switch (recipe.personal().orElse(null)) {
            case Recipe.Personal.Fresh(ByteSize size) -> {
                listener.step(2, steps, "making the personal disk");
                makePersonal(personal, size);
            }
            case Recipe.Personal.Image(Path file) -> {
                listener.step(2, steps, "copying the image of the personal disk");
                copy(file, personal, listener);
            }
            case null -> {}
        }
    }

    private static void copy(Path image, Path disk, BuildListener listener) throws IOException {
        Tools.run(
                disk,
                List.of(
                        Tools.find("cp"),
                        "--sparse=always",
                        "--reflink=auto",
                        "--no-preserve=mode",
                        image.toString(),
                        disk.toString()));
        listener.progress(
                BuildListener.Unit.BYTES, Files.size(disk), OptionalLong.of(Files.size(disk)));
    }

    private static void makePersonal(Path personal, ByteSize size) throws IOException {
        Tools.run(
                personal,
                List.of(
                        Tools.find("mke2fs"),
                        "-q",
                        "-t",
                        "ext4",
                        "-m",
                        "0",
                        "-L",
                        "personal",
                        "-U",
                        PERSONAL_UUID,
                        "-E",
                        "hash_seed=" + HASH_SEED,
                        personal.toString(),
                        size.bytes() / 1024 + "k"));
    }

    private static void checkIcon(Path icon) throws IOException {
        if (Files.exists(icon)) {
            byte[] start;
            try (var input = Files.newInputStream(icon)) {
                start = input.readNBytes(8);
            }
            byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
            if (!java.util.Arrays.equals(start, png) || Files.size(icon) > 1 << 20) {
                throw new RecipeException.StepFailed(
                        "adding the icon", "it is no PNG of at most 1 MiB");
            }
        }
    }

    private static Appliance description(
            Recipe recipe, Digest inputs, Optional<Appliance.Warm> warm, Path out)
            throws IOException {
        VerifiedFiles verified = new VerifiedFiles(out);
        Map<Appliance.Part, Appliance.Content> parts = new EnumMap<>(Appliance.Part.class);
        for (Appliance.Part part : Appliance.Part.values()) {
            Path file = out.resolve(part.fileName());
            if (Files.exists(file)) {
                parts.put(
                        part,
                        new Appliance.Content(
                                new ByteSize(Files.size(file)), verified.digest(file)));
            }
        }
        return new Appliance(
                recipe.name(),
                recipe.version(),
                recipe.title(),
                recipe.summary(),
                recipe.profile(),
                recipe.firmware(),
                recipe.memory(),
                recipe.cpus(),
                recipe.network(),
                recipe.scratch(),
                recipe.sharing(),
                recipe.opens(),
                recipe.source() instanceof Recipe.Source.Debian
                        ? Optional.of(KERNEL_COMMAND_LINE)
                        : Optional.empty(),
                inputs,
                warm,
                parts);
    }
}
