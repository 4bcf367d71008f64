package carryall.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTextTest {
    @Test
    void eachKeyIsTakenByItsKind() {
        JsonText json =
                JsonText.parse(
                        "{\"a\":\"x\",\"b\":9007199254740993,\"c\":[\"y\"],\"d\":{\"e\":2}}");
        assertThat(json.keys()).containsExactly("a", "b", "c", "d");
        assertThat(json.text("a")).isEqualTo("x");
        assertThat(json.number("b")).isEqualTo(9007199254740993L);
        assertThat(json.texts("c")).containsExactly("y");
        assertThat(json.object("d").number("e")).isEqualTo(2);
        assertThat(json.optionalText("f")).isEmpty();
        json.end();
    }

    @Test
    void aKeyThatNobodyAskedForIsAnError() {
        JsonText json = JsonText.parse("{\"a\":{\"b\":1}}");
        assertThatThrownBy(json::end).hasMessage("unknown key a");
        assertThatThrownBy(() -> JsonText.parse("{\"a\":{\"b\":1}}").object("a").end())
                .hasMessage("unknown key a.b");
    }

    @Test
    void whatNobodyAskedForCanBeWrittenBack() {
        String text = "{\"a\":1,\"b\":[1.50,{\"c\":1E+400}],\"d\":{\"e\":true}}";
        JsonText json = JsonText.parse(text);
        assertThat(json.number("a")).isEqualTo(1);
        assertThat(JsonText.write(json.rest()))
                .isEqualTo("{\"b\":[1.50,{\"c\":1E+400}],\"d\":{\"e\":true}}");
        json.end();
    }

    @Test
    void aWrongKindNamesTheKey() {
        assertThatThrownBy(() -> JsonText.parse("{\"a\":1}").text("a"))
                .hasMessage("a is not a text");
        assertThatThrownBy(() -> JsonText.parse("{\"a\":\"1\"}").number("a"))
                .hasMessage("a is not a number");
        assertThatThrownBy(() -> JsonText.parse("{\"a\":[]}").object("a"))
                .hasMessage("a is not an object");
        assertThatThrownBy(() -> JsonText.parse("{\"a\":{}}").texts("a"))
                .hasMessage("a is not a list");
        assertThatThrownBy(() -> JsonText.parse("{\"a\":[1]}").texts("a"))
                .hasMessage("a holds what is no text");
        assertThatThrownBy(() -> JsonText.parse("{\"a\":true}").number("a"))
                .hasMessage("a is not a number");
        assertThatThrownBy(() -> JsonText.parse("{}").text("a")).hasMessage("key a is missing");
        assertThatThrownBy(() -> JsonText.parse("{\"a\":null}").optionalText("a"))
                .hasMessage("a is null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "1e300", "9223372036854775808", "-9223372036854775809"})
    void aNumberThatIsNoLongIsRefused(String number) {
        assertThatThrownBy(() -> JsonText.parse("{\"a\":" + number + "}").number("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a is not a whole number");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "1",
                "\"x\"",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{\"a\":1} x",
                "{\"a\":1}{}",
                "{\"a\":1,\"a\":2}",
                "{\"b\":{\"a\":1,\"a\":1}}",
                "{\"a\":\"\u0001\"}",
                "{'a':1}",
                "{\"a\":\"\\ud800\"}",
                "{\"\\udc00\":1}",
                "{\"a\":tru}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":NaN}",
            })
    void whatIsNoJsonObjectIsRefused(String text) {
        assertThatThrownBy(() -> JsonText.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void deepNestingIsRefused() {
        for (String open : List.of("[", "{\"a\":")) {
            assertThatThrownBy(() -> JsonText.parse("{\"a\":" + open.repeat(100_000)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("nested too deep");
        }
        assertThat(JsonText.parse("{\"a\":\"" + "[{".repeat(100) + "\\\"[\"}").keys())
                .containsExactly("a");
    }

    @Test
    void mapsAreWrittenInTheirOrderAndReadBack() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("z", "a\"\\\n\u001b\u202e😀");
        object.put("a", List.of("x"));
        object.put("m", Map.of("n", 1L));
        object.put("t", true);
        String text = JsonText.write(object);
        assertThat(text).startsWith("{\"z\":").doesNotContain("\n").doesNotContain("\u001b");
        JsonText read = JsonText.parse(text);
        assertThat(read.keys()).containsExactly("z", "a", "m", "t");
        assertThat(read.text("z")).isEqualTo("a\"\\\n\u001b\u202e😀");
    }
}
