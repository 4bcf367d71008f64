package carryall.recipe;

import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// The part of YAML that recipes are written in: mappings, lists and plain values. Aliases, which
/// let a page of text unfold without end, tags, which name types, and deep nesting are refused
/// while the text is still a stream, before anything is built from it.
final class PlainYaml {
    private static final int DEEPEST = 64;
    private static final String REMEDY = "write the recipe as lines of `key: value`";
    private static final LoadSettings SETTINGS =
            LoadSettings.builder()
                    .setSchema(new CoreSchema())
                    .setCodePointLimit(256 << 10)
                    .setLabel("the recipe")
                    .build();

    private PlainYaml() {}

    /// Reads one document.
    ///
    /// @return empty if there is nothing but comments
    static Optional<Node> parse(Path file, String text) throws RecipeException {
        try {
            check(file, parser(text));
            return new Composer(SETTINGS, parser(text)).getSingleNode();
        } catch (MarkedYamlEngineException wrong) {
            int line = wrong.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw new RecipeException.RecipeInvalid(
                    file, line, "", "not YAML: " + wrong.getProblem(), REMEDY);
        } catch (YamlEngineException wrong) {
            throw new RecipeException.RecipeInvalid(
                    file, 1, "", "not YAML: " + wrong.getMessage(), REMEDY);
        }
    }

    private static ParserImpl parser(String text) {
        return new ParserImpl(SETTINGS, new StreamReader(SETTINGS, text));
    }

    private static void check(Path file, ParserImpl events) throws RecipeException {
        int depth = 0;
        while (events.hasNext()) {
            Event event = events.next();
            int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
            if (event instanceof CollectionStartEvent) {
                depth++;
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (depth > DEEPEST) {
                throw new RecipeException.RecipeInvalid(file, line, "", "nested too deep", REMEDY);
            }
            if (event instanceof AliasEvent || hasAnchor(event)) {
                throw new RecipeException.RecipeInvalid(
                        file,
                        line,
                        "",
                        "an anchor (&) or alias (*)",
                        "write the value out at each place; quote a text that starts with & or *");
            }
            if (event instanceof ScalarEvent key && key.isPlain() && key.getValue().equals("<<")) {
                throw new RecipeException.RecipeInvalid(
                        file, line, "<<", "a merge key", "write out what it would merge");
            }
            if (hasTag(event)) {
                throw new RecipeException.RecipeInvalid(
                        file,
                        line,
                        "",
                        "a tag (!)",
                        "remove the tag; quote a text that starts with !");
            }
        }
    }

    private static boolean hasAnchor(Event event) {
        return event instanceof NodeEvent node && node.getAnchor().isPresent();
    }

    private static boolean hasTag(Event event) {
        return switch (event) {
            case ScalarEvent scalar -> scalar.getTag().isPresent();
            case CollectionStartEvent start -> start.getTag().isPresent();
            default -> false;
        };
    }
}
