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
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/// A mapping of a YAML text, read strictly: each key is asked for by kind, a key that nobody asked
/// for is an error, and each error knows its line.
final class YamlMapping {
    private static final LoadSettings SETTINGS =
            LoadSettings.builder()
                    .setMaxAliasesForCollections(50)
                    .setAllowDuplicateKeys(false)
                    .setAllowRecursiveKeys(false)
                    .setCodePointLimit(256 << 10)
                    .setLabel("the recipe")
                    .build();

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
                        file, at, prefix + key.getValue(), "stands here twice", "keep one of them");
            }
            entries.put(key.getValue(), new Entry(tuple.getValueNode(), at));
        }
        left.putAll(entries);
    }

    static YamlMapping parse(Path file, String text) throws RecipeException {
        String remedy = "write the recipe as lines of `key: value`";
        try {
            StreamReader reader = new StreamReader(SETTINGS, text);
            Node root =
                    new Composer(SETTINGS, new ParserImpl(SETTINGS, reader))
                            .getSingleNode()
                            .orElse(null);
            if (root instanceof MappingNode mapping) {
                return new YamlMapping(file, "", mapping, 1);
            }
            throw new RecipeException.RecipeInvalid(file, 1, "", "not a mapping", remedy);
        } catch (MarkedYamlEngineException wrong) {
            int line = wrong.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw new RecipeException.RecipeInvalid(
                    file, line, "", "not YAML: " + wrong.getProblem(), remedy);
        } catch (YamlEngineException wrong) {
            throw new RecipeException.RecipeInvalid(
                    file, 1, "", "not YAML: " + wrong.getMessage(), remedy);
        } catch (StackOverflowError tooDeep) {
            throw new RecipeException.RecipeInvalid(file, 1, "", "nested too deep", remedy);
        }
    }

    private static int lineOf(Node node, int otherwise) {
        return node.getStartMark().map(Mark::getLine).map(zero -> zero + 1).orElse(otherwise);
    }

    RecipeException.RecipeInvalid invalid(String key, String found, String remedy) {
        Entry entry = entries.get(key);
        return new RecipeException.RecipeInvalid(
                file, entry == null ? line : entry.line(), prefix + key, found, remedy);
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
        return entry == null ? Optional.empty() : Optional.of(scalar(key, entry.value()));
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
        String text = text(key, remedy);
        if (!text.matches(pattern)) {
            throw invalid(key, "'" + text + "' is not allowed", remedy);
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
        throw invalid(key, "'" + text.get() + "' is not known", "write " + words);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    Optional<Long> wholeNumber(String key, long least, long most) throws RecipeException {
        Optional<String> text = optionalText(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.get().matches("[0-9]{1,18}")) {
            long number = Long.parseLong(text.get());
            if (number >= least && number <= most) {
                return Optional.of(number);
            }
        }
        throw invalid(
                key,
                "'" + text.get() + "' is out of range",
                "write a whole number from " + least + " to " + most);
    }

    List<String> texts(String key, int most, String pattern, String remedy) throws RecipeException {
        left.remove(key);
        Entry entry = entries.get(key);
        if (entry == null || !(entry.value() instanceof SequenceNode sequence)) {
            throw invalid(key, entry == null ? "missing" : "not a list", remedy);
        }
        List<String> texts = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            String text = scalar(key, item);
            if (!text.matches(pattern)) {
                throw new RecipeException.RecipeInvalid(
                        file,
                        lineOf(item, entry.line()),
                        prefix + key,
                        "'" + text + "' is not allowed",
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

    private String scalar(String key, @Nullable Node node) throws RecipeException {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw invalid(key, "not a text", "write one value after `" + key + ":`");
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
