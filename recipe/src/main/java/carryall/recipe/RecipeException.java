package carryall.recipe;

import java.io.IOException;
import java.nio.file.Path;

/// What can fail with a recipe or a build. Nothing of a failed build is left.
public abstract sealed class RecipeException extends IOException {
    RecipeException(String message) {
        super(message);
    }

    /// There is no recipe at that place.
    public static final class RecipeMissing extends RecipeException {
        private final Path place;

        public RecipeMissing(Path place) {
            super("there is no recipe " + place);
            this.place = place;
        }

        /// Where it was looked for.
        public Path place() {
            return place;
        }
    }

    /// The recipe says what a recipe cannot say.
    public static final class RecipeInvalid extends RecipeException {
        private final String remedy;

        /// @param line 1 for the first
        /// @param key such as `debian.suite`; empty if no key is at fault
        /// @param found what is wrong with it
        /// @param remedy what to write instead
        public RecipeInvalid(Path file, int line, String key, String found, String remedy) {
            super("%s line %d: %s%s".formatted(file, line, key.isEmpty() ? "" : key + ": ", found));
            this.remedy = remedy;
        }

        /// What to write instead.
        public String remedy() {
            return remedy;
        }
    }

    /// The suite has no package of that name.
    public static final class PackageUnknown extends RecipeException {
        private final String suite;

        public PackageUnknown(String name, String suite) {
            super("Debian " + suite + " has no package " + name);
            this.suite = suite;
        }

        /// The suite that was asked.
        public String suite() {
            return suite;
        }
    }

    /// Debian's servers know no such suite.
    public static final class SuiteUnknown extends RecipeException {
        public SuiteUnknown(String suite) {
            super("Debian has no suite " + suite);
        }
    }

    /// Debian's servers could not be reached.
    public static final class NoNetwork extends RecipeException {
        public NoNetwork(String found) {
            super("Debian's packages could not be fetched: " + found);
        }
    }

    /// A program that builds is not installed.
    public static final class BuilderMissing extends RecipeException {
        private final String program;

        public BuilderMissing(String program) {
            super("the program " + program + " was not found on this host");
            this.program = program;
        }

        /// The program's file name.
        public String program() {
            return program;
        }
    }

    /// The host has too little space.
    public static final class NoSpace extends RecipeException {
        public NoSpace(Path directory) {
            super("no space is left in " + directory);
        }
    }

    /// A step failed in a way that no other case here names.
    public static final class StepFailed extends RecipeException {
        /// @param said the last lines that the step printed
        public StepFailed(String step, String said) {
            super(step + " failed:\n" + said);
        }
    }
}
