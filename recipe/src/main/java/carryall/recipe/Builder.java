package carryall.recipe;

import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import java.io.IOException;
import java.nio.file.Path;

/// Builds appliances from recipes.
public final class Builder {
    private final Appliances appliances;

    public Builder(Appliances appliances) {
        this.appliances = appliances;
    }

    /// Returns what the recipe describes; builds it unless it was built from the same inputs
    /// before.
    ///
    /// @param recipe a `recipe.yaml` or the folder that holds it
    /// @throws IOException one of the sealed family of this module, or of `appliance`
    public InstalledAppliance build(Path recipe, BuildListener listener) throws IOException {
        throw new UnsupportedOperationException(recipe + " " + listener + (appliances == null));
    }
}
