package carryall.hypervisor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A disk in the words of QEMU's block layer, as `blockdev-add` takes them. Each file's format is
/// stated, and what lies under a layer is named here, so that QEMU opens nothing because an image
/// says so.
record DiskNodes(Disk disk) {
    private static final int RECONNECT_SECONDS = 60;
    private static final Pattern LAYER = Pattern.compile("layer-([a-z0-9-]{1,20})-\\d+");

    /// All nodes, each after those that it names.
    List<Map<String, Object>> all() {
        List<Map<String, Object>> nodes = new ArrayList<>();
        nodes.add(base());
        for (int i = 0; i < disk.frozen().size(); i++) {
            nodes.add(layer(i, source("file-" + layerName(i), disk.frozen().get(i)), false));
        }
        int top = disk.frozen().size();
        Map<String, Object> file = file("file-" + layerName(top), disk.top(), true);
        nodes.add(layer(top, file, true));
        return nodes;
    }

    private Map<String, Object> base() {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("driver", "raw");
        node.put("node-name", under(0));
        node.put("read-only", true);
        node.put("file", source("file-" + under(0), disk.base()));
        return node;
    }

    /// A layer that [Qemu] puts over a running disk: nothing is under it until then.
    Map<String, Object> newLayer(int number, Path file) {
        Map<String, Object> layer =
                layer(number, file("file-" + layerName(number), file, true), true);
        layer.put("backing", null);
        return layer;
    }

    private Map<String, Object> layer(int number, Map<String, Object> file, boolean isWritten) {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("driver", "qcow2");
        node.put("node-name", layerName(number));
        node.put("read-only", !isWritten);
        node.put("discard", "unmap");
        node.put("file", file);
        node.put("backing", under(number));
        return node;
    }

    private static Map<String, Object> source(String name, DiskSource source) {
        return switch (source) {
            case DiskSource.File(Path path) -> file(name, path, false);
            case DiskSource.Export(Path socket, String export) -> {
                Map<String, Object> node = new LinkedHashMap<>();
                node.put("driver", "nbd");
                node.put("node-name", name);
                node.put("server", Map.of("type", "unix", "path", socket.toString()));
                node.put("export", export);
                node.put("read-only", true);
                // A server that comes back soon is waited for; no read fails before.
                node.put("reconnect-delay", RECONNECT_SECONDS);
                yield node;
            }
        };
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
