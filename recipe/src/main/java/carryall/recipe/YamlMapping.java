package carryall.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A mapping of a YAML text, read strictly: each key is asked for by kind, a key that nobody asked
/// for is an error, and each error knows its line.
final class YamlMapping {
    private final Path file;
    private final String prefix;
    private final int line;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Entry> left = new LinkedHashMap<>();

    private record Entry(Node value, int line) {}

    private YamlMapping(Path file, String prefix, MappingNode node, int line)
            throws RecipeException {
        this.file = file;
        this.prefix = prefix;
        this.line = line;
        for (NodeTuple tuple : node.getValue()) {
            int at = lineOf(tuple.getKeyNode(), line);
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new RecipeException.RecipeInvalid(
                        file, at, prefix, "a key that is no text", "write `key: value`");
            }
            if (entries.containsKey(key.getValue())) {
                throw new RecipeException.RecipeInvalid(
                        file,
                        at,
                        prefix + shown(key.getValue()),
                        "stands here twice",
                        "keep one of them");
            }
            entries.put(key.getValue(), new Entry(tuple.getValueNode(), at));
        }
        left.putAll(entries);
    }

    static YamlMapping parse(Path file, String text) throws RecipeException {
        if (PlainYaml.parse(file, text).orElse(null) instanceof MappingNode mapping) {
            return new YamlMapping(file, "", mapping, 1);
        }
        throw new RecipeException.RecipeInvalid(
                file, 1, "", "not a mapping", "write the recipe as lines of `key: value`");
    }

    private static int lineOf(Node node, int otherwise) {
        return node.getStartMark().map(Mark::getLine).map(zero -> zero + 1).orElse(otherwise);
    }

    RecipeException.RecipeInvalid invalid(String key, String found, String remedy) {
        Entry entry = entries.get(key);
        return new RecipeException.RecipeInvalid(
                file, entry == null ? line : entry.line(), prefix + shown(key), found, remedy);
    }

    /// The start of a text, for a message.
    static String shown(String text) {
        int end = text.offsetByCodePoints(0, Math.min(40, text.codePointCount(0, text.length())));
        return end == text.length() ? text : text.substring(0, end) + "…";
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    List<String> keys() {
        return List.copyOf(entries.keySet());
    }

    /// Text under a key that may be missing, without taking it.
    Optional<String> peek(String key) throws RecipeException {
        Entry entry = entries.get(key);
        return entry == null
                ? Optional.empty()
                : Optional.of(text(key, entry.value(), entry.line()));
    }

    Optional<String> optionalText(String key) throws RecipeException {
        left.remove(key);
        return peek(key);
    }

    String text(String key, String remedy) throws RecipeException {
        Optional<String> text = optionalText(key);
        if (text.isEmpty()) {
            throw invalid(key, "missing", remedy);
        }
        return text.get();
    }

    String matching(String key, String pattern, String remedy) throws RecipeException {
        return matched(key, text(key, remedy), pattern, remedy);
    }

    /// Like [#matching], but what YAML takes for a number is also text, just as it stands there.
    String matchingAsWritten(String key, String pattern, String remedy) throws RecipeException {
        Entry entry = entries.get(key);
        boolean isNumber =
                entry != null
                        && (entry.value().getTag().equals(Tag.INT)
                                || entry.value().getTag().equals(Tag.FLOAT));
        return isNumber
                ? matched(key, plain(key), pattern, remedy)
                : matching(key, pattern, remedy);
    }

    private String matched(String key, String text, String pattern, String remedy)
            throws RecipeException {
        if (!text.matches(pattern)) {
            throw invalid(key, "'" + shown(text) + "' is not allowed", remedy);
        }
        return text;
    }

    <E extends Enum<E>> Optional<E> choice(String key, Class<E> kind) throws RecipeException {
        Optional<String> text = optionalText(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String words =
                Arrays.stream(kind.getEnumConstants())
                        .map(YamlMapping::word)
                        .collect(Collectors.joining("` or `", "`", "`"));
        for (E value : kind.getEnumConstants()) {
            if (word(value).equals(text.get())) {
                return Optional.of(value);
            }
        }
        throw invalid(key, "'" + shown(text.get()) + "' is not known", "write " + words);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    Optional<Long> wholeNumber(String key, long least, long most) throws RecipeException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        String remedy = "write a whole number from " + least + " to " + most + ", without quotes";
        boolean isNumber = entry.value().getTag().equals(Tag.INT);
        String text = plain(key);
        if (!isNumber || !text.matches("[0-9]{1,18}")) {
            throw invalid(key, "'" + shown(text) + "' is no whole number in digits", remedy);
        }
        long number = Long.parseLong(text);
        if (number < least || number > most) {
            throw invalid(key, text + " is out of range", remedy);
        }
        return Optional.of(number);
    }

    List<String> texts(String key, int most, String pattern, String remedy) throws RecipeException {
        left.remove(key);
        Entry entry = entries.get(key);
        if (entry == null || !(entry.value() instanceof SequenceNode sequence)) {
            throw invalid(key, entry == null ? "missing" : "not a list", remedy);
        }
        List<String> texts = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            String text = text(key, item, lineOf(item, entry.line()));
            if (!text.matches(pattern)) {
                throw new RecipeException.RecipeInvalid(
                        file,
                        lineOf(item, entry.line()),
                        prefix + key,
                        "'" + shown(text) + "' is not allowed",
                        remedy);
            }
            texts.add(text);
        }
        if (texts.size() > most) {
            throw invalid(key, "has " + texts.size() + " entries", "list at most " + most);
        }
        return texts;
    }

    YamlMapping mapping(String key) throws RecipeException {
        left.remove(key);
        Entry entry = entries.get(key);
        if (entry == null || !(entry.value() instanceof MappingNode mapping)) {
            throw invalid(key, "not a mapping", "write indented lines of `key: value` under it");
        }
        return new YamlMapping(file, prefix + key + ".", mapping, entry.line());
    }

    /// What stands behind a key, whatever YAML takes it for.
    private String plain(String key) throws RecipeException {
        left.remove(key);
        Entry entry = entries.get(key);
        if (entry != null && entry.value() instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw invalid(key, "not a single value", "write one value after `" + shown(key) + ":`");
    }

    private String text(String key, Node node, int at) throws RecipeException {
        if (!(node instanceof ScalarNode scalar)) {
            throw wrongText(key, at, "not a text", "write one text after `" + shown(key) + ":`");
        }
        if (scalar.getTag().equals(Tag.STR)) {
            return scalar.getValue();
        }
        if (scalar.getValue().isEmpty()) {
            throw wrongText(key, at, "nothing stands there", "write a text, or remove the key");
        }
        throw wrongText(
                key,
                at,
                "YAML takes '" + shown(scalar.getValue()) + "' for something else than a text",
                "put it in quotes: \"" + shown(scalar.getValue()) + "\"");
    }

    private RecipeException.RecipeInvalid wrongText(
            String key, int at, String found, String remedy) {
        return new RecipeException.RecipeInvalid(file, at, prefix + shown(key), found, remedy);
    }

    /// Says that all keys have been asked for.
    void end() throws RecipeException {
        if (!left.isEmpty()) {
            String key = left.keySet().iterator().next();
            throw invalid(
                    key,
                    "a recipe has no such key",
                    "remove it; docs/formats/recipe.md lists the keys");
        }
    }
}
