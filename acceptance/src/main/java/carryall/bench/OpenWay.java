package carryall.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A way in which an application that was never on a host gets there and opens.
sealed interface OpenWay permits RunWay, DownloadWay, BootWay, PagedWay {
    /// At most 9 characters.
    String name();

    /// The commands that it needs.
    List<String> needs();

    /// Does what a user has done before and would not wait for.
    ///
    /// @param folder empty, with a short name, of this round alone
    void prepare(Path folder) throws IOException, InterruptedException;

    /// Begins to open the application, as by a command that was typed; may take as long as that
    /// does.
    ///
    /// @param started gets all processes that [#end] does not end
    /// @return where the window will be seen; nothing may be there yet
    Window open(Path folder, Started started) throws IOException, InterruptedException;

    /// Ends what was begun.
    void end(Path folder) throws IOException, InterruptedException;

    /// Where a window is.
    interface Window {
        /// The socket of the machine's VNC.
        ///
        /// @return empty if there is none yet
        /// @throws IOException if there will be none
        Optional<Path> socket() throws IOException;
    }

    /// Whether this host has what it needs.
    default boolean isHere() {
        return needs().stream().allMatch(UpdateWay::has);
    }
}
