package carryall.release;

import carryall.appliance.Appliance;
import carryall.crypto.Digest;
import carryall.json.JsonText;
import carryall.transport.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One immutable version of an appliance on a shelf: an OCI manifest, `docs/formats/release.md`. It
/// lists every blob that the release needs, also those that earlier ones brought.
public final class Release {
    static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
    static final String RELEASE_TYPE = "application/vnd.carryall.release.v1";
    static final String APPLIANCE_TYPE = "application/vnd.carryall.appliance.v1+json";
    static final String INDEX_TYPE = "application/vnd.carryall.index.v1";
    static final String PACK_TYPE = "application/vnd.carryall.pack.v1";
    static final String DELTA_TYPE = "application/vnd.carryall.delta.v1";
    static final String ICON_TYPE = "image/png";

    /// On a delta: the digest of the index that it goes out from.
    static final String BASE = "org.carryall.delta.base";

    /// On a delta: how many bytes its packs have.
    static final String PACK_BYTES = "org.carryall.delta.packs";

    private static final int MOST_LAYERS = 8192;
    private static final long LARGEST_DESCRIPTION = 1 << 20;

    private final Manifest manifest;
    private final Descriptor description;
    private final Descriptor index;
    private final List<Descriptor> others;

    private Release(
            Manifest manifest, Descriptor description, Descriptor index, List<Descriptor> others) {
        this.manifest = manifest;
        this.description = description;
        this.index = index;
        this.others = others;
    }

    /// Writes the manifest of a release.
    ///
    /// @param others packs, deltas and the icon
    static Release of(
            Appliance appliance,
            Descriptor description,
            Descriptor index,
            List<Descriptor> others) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("schemaVersion", 2L);
        text.put("mediaType", MANIFEST_TYPE);
        text.put("artifactType", RELEASE_TYPE);
        text.put("config", description.text());
        List<Object> layers = new ArrayList<>();
        layers.add(index.text());
        others.forEach(other -> layers.add(other.text()));
        text.put("layers", layers);
        Map<String, Object> annotations = new LinkedHashMap<>();
        annotations.put("org.opencontainers.image.title", appliance.title());
        annotations.put("org.opencontainers.image.version", appliance.version());
        if (!appliance.summary().isEmpty()) {
            annotations.put("org.opencontainers.image.description", appliance.summary());
        }
        text.put("annotations", annotations);
        return parse(new Manifest(JsonText.write(text), MANIFEST_TYPE));
    }

    /// Reads a manifest.
    ///
    /// @throws IllegalArgumentException if it is no release's
    public static Release parse(Manifest manifest) {
        JsonText text = JsonText.parse(manifest.text());
        expect("schemaVersion", text.number("schemaVersion") == 2);
        expect("mediaType", text.text("mediaType").equals(MANIFEST_TYPE));
        expect("artifactType", text.optionalText("artifactType").equals(Optional.of(RELEASE_TYPE)));
        Descriptor description = Descriptor.parse(text.object("config"));
        expect("config", description.mediaType().equals(APPLIANCE_TYPE));
        expect("config", description.size() <= LARGEST_DESCRIPTION);
        List<Descriptor> layers = new ArrayList<>();
        for (JsonText layer : text.objects("layers")) {
            layers.add(Descriptor.parse(layer));
        }
        expect("layers", !layers.isEmpty() && layers.size() <= MOST_LAYERS);
        Descriptor.annotations(text);
        text.end();
        Descriptor index = layers.removeFirst();
        expect("layers", index.mediaType().equals(INDEX_TYPE));
        return new Release(manifest, description, index, List.copyOf(layers));
    }

    private static void expect(String key, boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("no release of Carryall: its " + key);
        }
    }

    /// What names it.
    public Digest digest() {
        return manifest.digest();
    }

    /// Its exact text.
    public Manifest manifest() {
        return manifest;
    }

    /// Names the appliance that it is.
    public Digest appliance() {
        return description.digest();
    }

    Descriptor description() {
        return description;
    }

    Descriptor index() {
        return index;
    }

    List<Descriptor> packs() {
        return ofType(PACK_TYPE);
    }

    List<Descriptor> deltas() {
        return ofType(DELTA_TYPE);
    }

    private List<Descriptor> ofType(String type) {
        return others.stream().filter(other -> other.mediaType().equals(type)).toList();
    }
}
