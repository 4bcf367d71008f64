package carryall.appliance;

import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An object of a JSON text, read strictly: each key is asked for once, by kind, and a key that
/// nobody asked for is an error. Every fault is an `IllegalArgumentException` that names the key.
public final class JsonText {
    private static final Jsonb JSONB = Jsonb.builder().build();
    private static final JsonType<Map<String, Object>> OBJECT = JSONB.type(Object.class).map();

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
        try {
            return new JsonText("", OBJECT.fromJson(text));
        } catch (JsonException | ClassCastException | IllegalStateException rubbish) {
            throw new IllegalArgumentException("not a JSON object", rubbish);
        }
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

    /// A whole number under a key that must be there.
    public long number(String key) {
        Number number = taken(key, Number.class, "a number").orElseThrow(() -> missing(key));
        if (number.doubleValue() != Math.rint(number.doubleValue())) {
            throw new IllegalArgumentException(where + key + " is not a whole number");
        }
        return number.longValue();
    }

    /// An object under a key that must be there.
    public JsonText object(String key) {
        return new JsonText(
                where + key + ".",
                taken(key, Map.class, "an object").orElseThrow(() -> missing(key)));
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
