package carryall.json;

import io.avaje.json.JsonException;
import io.avaje.json.JsonReader;
import io.avaje.json.stream.JsonStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The values of a JSON text: maps, lists, texts, exact numbers, and truth values; `null` is none
/// of them. Refuses what parsers disagree upon (a key that stands twice, commas at an end, text
/// behind the object) and nesting that would cost stack.
final class JsonTree {
    private static final int DEEPEST = 64;
    private static final JsonStream STREAM = JsonStream.builder().build();

    private JsonTree() {}

    /// @throws IllegalArgumentException if the text is no JSON object
    static Map<String, Object> parse(String text) {
        checkOutline(text);
        try (JsonReader reader = STREAM.reader(text)) {
            return object(reader);
        } catch (JsonException | IllegalStateException | ArithmeticException rubbish) {
            throw new IllegalArgumentException("not a JSON object", rubbish);
        }
    }

    private static Map<String, Object> object(JsonReader reader) {
        Map<String, Object> object = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNextField()) {
            String key = whole(reader.nextField());
            if (object.containsKey(key)) {
                throw new IllegalArgumentException("key " + key + " stands twice");
            }
            object.put(key, value(key, reader));
        }
        reader.endObject();
        return object;
    }

    private static Object value(String key, JsonReader reader) {
        return switch (reader.currentToken()) {
            case STRING -> whole(reader.readString());
            case NUMBER -> reader.readDecimal();
            case BOOLEAN -> reader.readBoolean();
            case BEGIN_OBJECT -> object(reader);
            case BEGIN_ARRAY -> {
                List<Object> list = new ArrayList<>();
                reader.beginArray();
                while (reader.hasNextElement()) {
                    list.add(value(key, reader));
                }
                reader.endArray();
                yield list;
            }
            case NULL -> throw new IllegalArgumentException(key + " is null");
        };
    }

    /// Half of a surrogate pair is no character, and cannot be written.
    private static String whole(String text) {
        if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw new IllegalArgumentException("half a character");
        }
        return text;
    }

    /// Looks at brackets, commas and strings only, without recursion.
    private static void checkOutline(String text) {
        int depth = 0;
        boolean quoted = false;
        boolean over = false;
        char before = ' ';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else if (c < ' ') {
                    throw new IllegalArgumentException("not a JSON object: a bare control");
                }
                continue;
            }
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                continue;
            }
            boolean opens = c == '{' || c == '[';
            boolean closes = c == '}' || c == ']';
            if (over || (depth == 0 && c != '{') || (closes && before == ',')) {
                throw new IllegalArgumentException("not a JSON object");
            }
            depth += opens ? 1 : closes ? -1 : 0;
            if (depth > DEEPEST) {
                throw new IllegalArgumentException("nested too deep");
            }
            quoted = c == '"';
            over = depth == 0;
            before = c;
        }
        if (!over) {
            throw new IllegalArgumentException("not a JSON object");
        }
    }
}
