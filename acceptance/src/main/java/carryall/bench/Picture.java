package carryall.bench;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import javax.imageio.ImageIO;

/// What a machine's screen showed at one moment, as `carryall screenshot` gives it.
///
/// @param pixels not changed by anybody
record Picture(BufferedImage pixels) {
    private static final double REACTION = 0.005;

    /// Takes pictures until one is as wanted.
    static Picture await(
            Carryall carryall, String machine, Duration patience, Predicate<Picture> wanted)
            throws IOException, InterruptedException {
        Path file = carryall.home().resolve(machine + ".png");
        long begin = System.nanoTime();
        while (Run.since(begin) < patience.toSeconds()) {
            carryall.run("screenshot", machine, file.toString());
            BufferedImage read = ImageIO.read(file.toFile());
            Files.delete(file);
            if (read != null && wanted.test(new Picture(read))) {
                return new Picture(read);
            }
        }
        throw new IOException("the screen of " + machine + " stayed as it was for " + patience);
    }

    /// Whether it has more than one colour.
    boolean showsSomething() {
        int first = pixels.getRGB(0, 0);
        for (int y = 0; y < pixels.getHeight(); y++) {
            for (int x = 0; x < pixels.getWidth(); x++) {
                if (pixels.getRGB(x, y) != first) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Whether more than a text cursor that blinks is another.
    boolean differs(Picture other) {
        if (pixels.getWidth() != other.pixels.getWidth()
                || pixels.getHeight() != other.pixels.getHeight()) {
            return true;
        }
        long differing = 0;
        for (int y = 0; y < pixels.getHeight(); y++) {
            for (int x = 0; x < pixels.getWidth(); x++) {
                if (pixels.getRGB(x, y) != other.pixels.getRGB(x, y)) {
                    differing++;
                }
            }
        }
        return differing > REACTION * pixels.getWidth() * pixels.getHeight();
    }
}
