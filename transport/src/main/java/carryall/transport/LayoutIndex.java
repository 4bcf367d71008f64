package carryall.transport;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// An `index.json` (OCI image-spec, "Image Layout"): which manifests lie there. What others wrote
/// into it and we do not know is kept.
///
/// @param entries in their order
/// @param rest other keys than `schemaVersion` and `manifests`
record LayoutIndex(List<Entry> entries, Map<String, Object> rest) {
    static final int LARGEST = 4 << 20;
    private static final String REFERENCE = "org.opencontainers.image.ref.name";

    LayoutIndex {
        entries = List.copyOf(entries);
    }

    /// A manifest that lies there.
    ///
    /// @param reference what skopeo finds it by, such as `librecad:2.2.0`; empty if it has no tag
    /// @param annotations the other ones
    /// @param rest other keys
    record Entry(
            String mediaType,
            Digest digest,
            long size,
            Optional<String> reference,
            Map<String, Object> annotations,
            Map<String, Object> rest) {
        Entry {
            if (size < 1 || size > Repository.LARGEST_MANIFEST) {
                throw new IllegalArgumentException("a manifest of " + size + " bytes");
            }
        }

        private static Entry parse(JsonText json) {
            Optional<JsonText> annotations = json.optionalObject("annotations");
            Optional<String> reference = annotations.flatMap(all -> all.optionalText(REFERENCE));
            return new Entry(
                    json.text("mediaType"),
                    new Digest(json.text("digest")),
                    json.number("size"),
                    reference,
                    annotations.map(JsonText::rest).orElse(Map.of()),
                    json.rest());
        }

        private Map<String, Object> json() {
            Map<String, Object> all = new LinkedHashMap<>(annotations);
            reference.ifPresent(name -> all.put(REFERENCE, name));
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("mediaType", mediaType);
            json.put("digest", digest.text());
            json.put("size", size);
            if (!all.isEmpty()) {
                json.put("annotations", all);
            }
            json.putAll(rest);
            return json;
        }

        private Entry withoutReference() {
            return new Entry(mediaType, digest, size, Optional.empty(), annotations, rest);
        }

        /// A tag of a repository, if this entry's reference is one.
        Optional<String> tagOf(String app) {
            return reference
                    .filter(name -> name.startsWith(app + ":"))
                    .map(name -> name.substring(app.length() + 1))
                    .filter(Names::isTag);
        }
    }

    static LayoutIndex empty() {
        Map<String, Object> rest = new LinkedHashMap<>();
        rest.put("mediaType", ManifestText.INDEX);
        return new LayoutIndex(List.of(), rest);
    }

    /// @throws IllegalArgumentException if it is no such index, or one that could be read two ways
    static LayoutIndex parse(String text) {
        JsonText json = JsonText.parse(text);
        if (json.number("schemaVersion") != 2) {
            throw new IllegalArgumentException("schemaVersion is not 2");
        }
        List<Entry> entries = json.objects("manifests").stream().map(Entry::parse).toList();
        TreeSet<String> references = new TreeSet<>();
        for (Entry entry : entries) {
            if (entry.reference().isPresent() && !references.add(entry.reference().get())) {
                throw new IllegalArgumentException("a tag stands twice");
            }
        }
        return new LayoutIndex(entries, json.rest());
    }

    String text() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schemaVersion", 2);
        json.putAll(rest);
        json.put("manifests", entries.stream().map(Entry::json).toList());
        return JsonText.write(json);
    }

    /// The repositories that have a tag.
    List<String> repositories() {
        return references()
                .map(name -> name.split(":", -1))
                .filter(parts ->
                        parts.length == 2 && Names.isApp(parts[0]) && Names.isTag(parts[1]))
                .map(parts -> parts[0])
                .sorted()
                .distinct()
                .toList();
    }

    private Stream<String> references() {
        return entries.stream().flatMap(entry -> entry.reference().stream());
    }

    List<String> tags(String app) {
        return entries.stream().flatMap(entry -> entry.tagOf(app).stream()).sorted().toList();
    }

    Optional<Entry> find(String app, String tag) {
        return entries.stream()
                .filter(entry -> entry.reference().equals(Optional.of(app + ":" + tag)))
                .findFirst();
    }

    /// With a manifest, and tags that point to it. What the tags pointed to stays listed, without a
    /// tag: machines may have pinned it by its digest.
    LayoutIndex with(String app, Manifest manifest, long size, List<String> tags) {
        List<String> names = tags.stream().map(tag -> app + ":" + tag).distinct().toList();
        Digest digest = manifest.digest();
        List<Entry> all = new ArrayList<>();
        for (Entry entry : entries) {
            boolean moved = entry.reference().filter(names::contains).isPresent();
            all.add(moved ? entry.withoutReference() : entry);
        }
        List<Optional<String>> wanted =
                names.isEmpty()
                        ? List.of(Optional.empty())
                        : names.stream().map(Optional::of).toList();
        for (Optional<String> reference : wanted) {
            all.add(new Entry(manifest.mediaType(), digest, size, reference, Map.of(), Map.of()));
        }
        return new LayoutIndex(withoutRepeats(all), rest);
    }

    /// An entry without a tag is needed only if nothing else lists its manifest.
    private static List<Entry> withoutRepeats(List<Entry> all) {
        Set<Digest> listed = new HashSet<>();
        all.stream()
                .filter(entry -> entry.reference().isPresent())
                .forEach(entry -> listed.add(entry.digest()));
        return all.stream()
                .filter(entry ->
                        entry.reference().isPresent()
                                || listed.add(entry.digest())
                                || !entry.annotations().isEmpty()
                                || !entry.rest().isEmpty())
                .toList();
    }
}
