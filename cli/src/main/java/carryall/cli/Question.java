package carryall.cli;

import java.io.IOException;

/// Asks before something is lost.
final class Question {
    private Question() {}

    /// Whether a person says yes; without a person the answer is no, with an error.
    ///
    /// @param otherwise what is said where nobody can be asked
    static boolean isAnsweredYes(Terminal terminal, String question, String otherwise)
            throws IOException {
        if (!terminal.isWatched()) {
            terminal.error(otherwise, "say it with `--yes`");
            return false;
        }
        if (terminal.ask(question + " [y/N] ").filter(Question::isYes).isPresent()) {
            return true;
        }
        terminal.note("Nothing was changed.");
        return false;
    }

    private static boolean isYes(String answer) {
        return answer.strip().equalsIgnoreCase("y");
    }
}
