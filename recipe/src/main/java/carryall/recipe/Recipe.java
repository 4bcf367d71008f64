package carryall.recipe;

import carryall.appliance.ApplianceName;
import carryall.appliance.Scratch;
import carryall.appliance.Sharing;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an appliance is built from, read and checked: `docs/formats/recipe.md`. It can name files
/// beside itself and inside the guest, and nothing else.
///
/// @param folder where the recipe lies
/// @param name the appliance's
/// @param version 1 to 64 of `[A-Za-z0-9._+~-]`
/// @param title 1 to 80 printable characters
/// @param summary at most 200 printable characters
/// @param icon where the PNG is, if there is one
/// @param source what the system disk is made of
/// @param opens MIME types
/// @param memory 4 MiB to 64 GiB, whole mebibytes
/// @param cpus 1 to 16
/// @param scratch what becomes of what a machine writes on its system disk
/// @param personal what the personal disk is at first; empty: the machine has none
public record Recipe(
        Path folder,
        ApplianceName name,
        String version,
        String title,
        String summary,
        Optional<Icon> icon,
        Source source,
        List<String> opens,
        ByteSize memory,
        int cpus,
        Profile profile,
        Firmware firmware,
        Network network,
        Scratch scratch,
        Optional<Personal> personal) {
    public Recipe {
        opens = List.copyOf(opens);
    }

    /// Reads a recipe.
    ///
    /// @param place a `recipe.yaml` or the folder that holds it
    /// @throws RecipeException.RecipeMissing if there is no such file
    /// @throws RecipeException.RecipeInvalid naming line, key, what was found, and the remedy
    public static Recipe read(Path place) throws IOException {
        return RecipeText.read(place);
    }

    /// How the appliance's machines get at folders: what is added to a Debian root sees to it; an
    /// image is not known to.
    Sharing sharing() {
        return source instanceof Source.Debian && profile == Profile.MODERN
                ? Sharing.LINE
                : Sharing.NONE;
    }

    /// What the system disk is made of.
    public sealed interface Source {
        /// A Debian root with packages and one app.
        ///
        /// @param suite such as `bookworm`
        /// @param packages names of Debian packages, 1 to 500
        /// @param command a shell command line inside the guest that is the app
        /// @param files text by absolute path inside the guest, in the recipe's order
        record Debian(
                String suite, List<String> packages, String command, Map<String, String> files)
                implements Source {
            public Debian {
                packages = List.copyOf(packages);
                files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
            }
        }

        /// A raw disk image that is there already.
        ///
        /// @param file beside the recipe
        record Image(Path file) implements Source {}
    }

    /// What the user's own disk is when a machine is made.
    public sealed interface Personal {
        /// An ext4 file system with nothing but what the appliance puts into a new home.
        ///
        /// @param size 8 MiB to 1 TiB
        record Fresh(ByteSize size) implements Personal {}

        /// A raw disk image, of a form that only the publisher knows.
        ///
        /// @param file beside the recipe
        record Image(Path file) implements Personal {}
    }

    /// Where the icon is; always PNG.
    public sealed interface Icon {
        /// Beside the recipe.
        record Beside(Path file) implements Icon {}

        /// Inside the guest.
        ///
        /// @param path absolute
        record Inside(String path) implements Icon {}
    }
}
