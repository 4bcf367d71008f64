package carryall.hypervisor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A disk in the words of QEMU's block layer, as `blockdev-add` takes them. Each file's format is
/// stated, and what lies under a layer is named here, so that QEMU opens nothing because an image
/// says so.
record DiskNodes(Disk disk) {
    private static final Pattern LAYER = Pattern.compile("layer-([a-z0-9-]{1,20})-\\d+");

    /// All nodes, each after those that it names.
    List<Map<String, Object>> all() {
        List<Map<String, Object>> nodes = new ArrayList<>();
        nodes.add(base());
        for (int i = 0; i < disk.frozen().size(); i++) {
            nodes.add(layer(i, disk.frozen().get(i), false, Optional.of(under(i))));
        }
        int top = disk.frozen().size();
        nodes.add(layer(top, disk.top(), true, Optional.of(under(top))));
        return nodes;
    }

    private Map<String, Object> base() {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("driver", "raw");
        node.put("node-name", under(0));
        node.put("read-only", true);
        node.put("file", file("file-" + under(0), disk.base(), false));
        return node;
    }

    /// A layer that [Qemu] puts over a running disk: nothing is under it until then.
    Map<String, Object> newLayer(int number, Path file) {
        return layer(number, file, true, Optional.empty());
    }

    private Map<String, Object> layer(
            int number, Path file, boolean isWritten, Optional<String> under) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("driver", "qcow2");
        node.put("node-name", layerName(number));
        node.put("read-only", !isWritten);
        node.put("discard", "unmap");
        node.put("file", file("file-" + layerName(number), file, isWritten));
        node.put("backing", under.orElse(null));
        return node;
    }

    private static Map<String, Object> file(String name, Path file, boolean isWritten) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("driver", "file");
        node.put("node-name", name);
        node.put("filename", file.toString());
        node.put("read-only", !isWritten);
        node.put("discard", "unmap");
        return node;
    }

    /// The node under the layer of a number.
    String under(int number) {
        return number == 0 ? "base-" + disk.serial() : layerName(number - 1);
    }

    String layerName(int number) {
        return "layer-" + disk.serial() + "-" + number;
    }

    /// The serial of the disk whose layer a node is; the node's name if it is none.
    static String serialOf(String node) {
        Matcher layer = LAYER.matcher(node);
        return layer.matches() ? layer.group(1) : node;
    }

    /// The device that a guest of today sees.
    Map<String, Object> virtio() {
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("driver", "virtio-blk-pci");
        device.put("drive", layerName(disk.frozen().size()));
        device.put("id", "disk-" + disk.serial());
        device.put("serial", disk.serial());
        device.put("werror", "stop");
        device.put("rerror", "stop");
        return device;
    }

    /// The device that a guest of the 1990s sees.
    Map<String, Object> ide(int number) {
        Map<String, Object> device = virtio();
        device.put("driver", "ide-hd");
        device.put("bus", "ide." + number / 2);
        device.put("unit", number % 2);
        return device;
    }
}
