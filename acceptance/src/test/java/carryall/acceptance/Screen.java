package carryall.acceptance;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntPredicate;
import javax.imageio.ImageIO;

/// What a machine's screen showed at one moment.
///
/// @param picture not changed by anybody
record Screen(BufferedImage picture) {
    /// A part of the screen, in shares of its width and height from 0 to 1, so that the guest's
    /// choice of a resolution does not matter.
    record Region(double left, double top, double right, double bottom) {
        static final Region ALL = new Region(0, 0, 1, 1);
    }

    /// Takes a screenshot with the command.
    static Screen of(Command command, String machine) throws IOException, InterruptedException {
        Path file = Files.createTempFile("screen", ".png");
        try {
            command.run("screenshot", machine, file.toString()).succeeded();
            return read(file);
        } finally {
            Files.delete(file);
        }
    }

    static Screen read(Path png) throws IOException {
        BufferedImage picture = ImageIO.read(png.toFile());
        if (picture == null) {
            throw new AssertionError(png + " is no PNG");
        }
        return new Screen(picture);
    }

    /// Which share of a region's pixels, from 0 to 1, have a colour of a kind.
    ///
    /// @param colour told the red, green and blue of each as 0xrrggbb
    double share(Region region, IntPredicate colour) {
        long matching = 0;
        long all = 0;
        for (int y = row(region.top()); y < row(region.bottom()); y++) {
            for (int x = column(region.left()); x < column(region.right()); x++) {
                all++;
                if (colour.test(picture.getRGB(x, y) & 0xffffff)) {
                    matching++;
                }
            }
        }
        return all == 0 ? 0 : (double) matching / all;
    }

    /// Which share of a region's pixels differ from another screen's; 1 if the sizes do.
    double difference(Screen other, Region region) {
        if (picture.getWidth() != other.picture.getWidth()
                || picture.getHeight() != other.picture.getHeight()) {
            return 1;
        }
        long differing = 0;
        long all = 0;
        for (int y = row(region.top()); y < row(region.bottom()); y++) {
            for (int x = column(region.left()); x < column(region.right()); x++) {
                all++;
                if (picture.getRGB(x, y) != other.picture.getRGB(x, y)) {
                    differing++;
                }
            }
        }
        return all == 0 ? 0 : (double) differing / all;
    }

    private int column(double share) {
        return (int) Math.round(share * picture.getWidth());
    }

    private int row(double share) {
        return (int) Math.round(share * picture.getHeight());
    }
}
