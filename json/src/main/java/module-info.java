/// Reads and writes JSON texts, strictly: what parsers disagree upon is refused.
///
/// [JsonText][carryall.json.JsonText] is an object whose keys are asked for by kind; a key that
/// nobody asked for is a fault. It knows no format of ours.
@org.jspecify.annotations.NullMarked
module carryall.json {
    requires static transitive org.jspecify;
    requires io.avaje.jsonb;
    requires io.avaje.json;

    exports carryall.json;
}
