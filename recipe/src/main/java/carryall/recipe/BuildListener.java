package carryall.recipe;

import java.util.OptionalLong;

/// Is told how a build gets on. Called from the building thread.
public interface BuildListener {
    /// The next step begins.
    ///
    /// @param number from 1 to `of`
    /// @param title a few words, such as `unpacking packages`
    void step(int number, int of, String title);

    /// How far the step is.
    ///
    /// @param done 0 or more
    /// @param total empty if not known
    void progress(Unit unit, long done, OptionalLong total);

    /// What is counted.
    enum Unit {
        BYTES,
        PACKAGES
    }
}
