package carryall.acceptance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// LibreCAD in a machine, as somebody sees it who looks at the screen and types.
///
/// @param command over the machine's state directory
/// @param machine its name
record LibreCad(Command command, String machine) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Screen.Region MENUS = new Screen.Region(0, 0, 0.7, 0.025);
    private static final Screen.Region TOOLS = new Screen.Region(0, 0.03, 0.65, 0.07);
    private static final Screen.Region PANELS = new Screen.Region(0.78, 0.12, 1, 0.86);
    private static final Screen.Region FILE_MENU = new Screen.Region(0.02, 0.04, 0.24, 0.44);

    /// Where the drawing is.
    static final Screen.Region DRAWING = new Screen.Region(0.04, 0.13, 0.75, 0.84);

    void press(String... keys) throws Exception {
        List<String> words = new ArrayList<>(List.of("press", machine));
        words.addAll(List.of(keys));
        command.run(words.toArray(String[]::new)).succeeded();
    }

    Screen screen() throws Exception {
        return Screen.of(command, machine);
    }

    /// Waits until its window is there and painted, over a black drawing.
    void await() throws Exception {
        Waiting.until("LibreCAD is on the screen", PATIENCE, () -> isOn(screen()));
    }

    boolean isFileMenuOpen() throws Exception {
        return screen().share(FILE_MENU, LibreCad::isLight) > 0.6;
    }

    void openFileMenu() throws Exception {
        press("alt-f");
        awaitFileMenu();
    }

    void awaitFileMenu() throws Exception {
        Waiting.until("the File menu opens", PATIENCE, this::isFileMenuOpen);
    }

    /// Closes it, so that the screen is as before.
    void closeFileMenu(Screen before) throws Exception {
        press("esc");
        Waiting.until(
                "it closes again", PATIENCE, () -> before.difference(screen(), FILE_MENU) < 0.02);
    }

    /// Draws a line into an empty drawing.
    void drawLine() throws Exception {
        Screen idle = screen();
        press("ctrl-m", "l", "i", "ret", "1", "0", "comma", "1", "0", "ret");
        press("9", "0", "comma", "5", "0", "ret", "esc", "esc");
        Waiting.until("a line is drawn", PATIENCE, () -> hasMoreLines(idle) && isOn(screen()));
    }

    /// Whether there is more to see of white lines than there was.
    boolean hasMoreLines(Screen before) throws Exception {
        return white(screen()) > white(before) + 0.0003;
    }

    /// Saves as `plan.dxf` in the user's home.
    void savePlan() throws Exception {
        press("ctrl-s");
        Waiting.until(
                "it asks for a name",
                PATIENCE,
                () -> screen().share(DRAWING, LibreCad::isBlack) < 0.7);
        press("p", "l", "a", "n", "ret");
        Waiting.until("it is saved", PATIENCE, () -> isOn(screen()));
        assertPlanHoldsALine();
    }

    /// Opens `plan.dxf`, which has a line.
    void openPlan() throws Exception {
        Screen empty = screen();
        press("ctrl-o");
        Waiting.until(
                "it asks for a name",
                PATIENCE,
                () -> screen().share(DRAWING, LibreCad::isBlack) < 0.7);
        press("p", "l", "a", "n", "dot", "d", "x", "f", "ret");
        Waiting.until("the plan is open", PATIENCE, () -> isOn(screen()) && hasMoreLines(empty));
    }

    void assertPlanHoldsALine() throws Exception {
        try (GuestConsole console = GuestConsole.of(command, machine)) {
            console.ask("until grep -q AcDbLine /home/user/plan.dxf; do sleep 0.1; done", PATIENCE);
        }
    }

    /// Light menus and panels, green tools, and a black drawing between them.
    static boolean isOn(Screen screen) {
        return screen.share(MENUS, LibreCad::isLight) > 0.8
                && screen.share(MENUS, LibreCad::isBlack) > 0.005
                && screen.share(TOOLS, LibreCad::isGreen) > 0.02
                && screen.share(PANELS, LibreCad::isLight) > 0.8
                && screen.share(DRAWING, LibreCad::isBlack) > 0.9;
    }

    private static double white(Screen screen) {
        return screen.share(DRAWING, colour -> colour == 0xffffff);
    }

    private static boolean isBlack(int colour) {
        return (colour >> 16) < 0x20 && (colour >> 8 & 0xff) < 0x20 && (colour & 0xff) < 0x20;
    }

    private static boolean isLight(int colour) {
        return (colour >> 16) > 0xe0 && (colour >> 8 & 0xff) > 0xe0 && (colour & 0xff) > 0xe0;
    }

    private static boolean isGreen(int colour) {
        return (colour >> 16) < 0x40 && (colour >> 8 & 0xff) > 0xc0 && (colour & 0xff) < 0xc0;
    }
}
