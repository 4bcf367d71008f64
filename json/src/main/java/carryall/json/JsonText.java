package carryall.json;

import io.avaje.jsonb.Jsonb;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An object of a JSON text, read strictly: each key stands once and is asked for once, by kind; a
/// key that nobody asked for is an error, and so is a text of more than 32,767 characters. Every
/// fault is an `IllegalArgumentException` that names the key.
public final class JsonText {
    private static final Jsonb JSONB = Jsonb.builder().build();

    private final String where;
    private final Map<String, Object> left;

    private JsonText(String where, Map<?, ?> object) {
        this.where = where;
        this.left = new LinkedHashMap<>();
        object.forEach((key, value) -> left.put(String.valueOf(key), value));
    }

    /// Reads an object.
    ///
    /// @throws IllegalArgumentException if the text is no JSON object
    public static JsonText parse(String text) {
        return new JsonText("", JsonTree.parse(text));
    }

    /// Writes maps, lists, text, numbers and truth values, in the maps' own order.
    public static String write(Map<String, ?> object) {
        return JSONB.type(Object.class).toJson(object);
    }

    /// Text under a key that must be there.
    public String text(String key) {
        return optionalText(key).orElseThrow(() -> missing(key));
    }

    /// Text under a key that may be missing.
    public Optional<String> optionalText(String key) {
        return taken(key, String.class, "a text");
    }

    /// A whole number, without a decimal point, under a key that must be there.
    public long number(String key) {
        return optionalNumber(key).orElseThrow(() -> missing(key));
    }

    private long whole(String key, BigDecimal number) {
        if (number.scale() > 0 || number.precision() - number.scale() > 19) {
            throw new IllegalArgumentException(where + key + " is not a whole number");
        }
        try {
            return number.longValueExact();
        } catch (ArithmeticException tooLarge) {
            throw new IllegalArgumentException(where + key + " is not a whole number", tooLarge);
        }
    }

    /// An object under a key that must be there.
    public JsonText object(String key) {
        return optionalObject(key).orElseThrow(() -> missing(key));
    }

    /// An object under a key that may be missing.
    public Optional<JsonText> optionalObject(String key) {
        return taken(key, Map.class, "an object")
                .map(object -> new JsonText(where + key + ".", object));
    }

    /// A whole number under a key that may be missing.
    public Optional<Long> optionalNumber(String key) {
        return taken(key, BigDecimal.class, "a number").map(number -> whole(key, number));
    }

    /// A truth value under a key that may be missing, which means that it is not so.
    public boolean flag(String key) {
        return taken(key, Boolean.class, "true or false").orElse(false);
    }

    /// A list of objects under a key that must be there.
    public List<JsonText> objects(String key) {
        List<?> list = taken(key, List.class, "a list").orElseThrow(() -> missing(key));
        List<JsonText> objects = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> object)) {
                throw new IllegalArgumentException(where + key + " holds what is no object");
            }
            objects.add(new JsonText(where + key + ".", object));
        }
        return objects;
    }

    /// A list of texts under a key that must be there.
    public List<String> texts(String key) {
        List<?> list = taken(key, List.class, "a list").orElseThrow(() -> missing(key));
        List<String> texts = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof String text)) {
                throw new IllegalArgumentException(where + key + " holds what is no text");
            }
            texts.add(text);
        }
        return texts;
    }

    /// What nobody has asked for yet, in the text's order, for [#write] to put back; it counts as
    /// asked for. Numbers keep their value.
    public Map<String, Object> rest() {
        Map<String, Object> rest = new LinkedHashMap<>(left);
        left.clear();
        return rest;
    }

    /// The keys that nobody has asked for yet.
    public List<String> keys() {
        return List.copyOf(left.keySet());
    }

    /// Says that all has been asked for.
    ///
    /// @throws IllegalArgumentException if a key is left
    public void end() {
        if (!left.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown key " + where + left.keySet().iterator().next());
        }
    }

    private <T> Optional<T> taken(String key, Class<T> kind, String words) {
        Object value = left.remove(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!kind.isInstance(value)) {
            throw new IllegalArgumentException(where + key + " is not " + words);
        }
        return Optional.of(kind.cast(value));
    }

    private IllegalArgumentException missing(String key) {
        return new IllegalArgumentException("key " + where + key + " is missing");
    }
}
