/// The `carryall` command: what people type, read, and get back as exit codes.
///
/// One class a verb. A verb parses its words, calls `machine` or `recipe`, and prints, as text or
/// as JSON; only here are exceptions turned into advice. `carryall keep`, which runs a machine, is
/// one of the verbs.
@org.jspecify.annotations.NullMarked
module carryall.cli {
    requires static transitive org.jspecify;
    requires carryall.block;
    requires carryall.home;
    requires info.picocli;
    requires carryall.recipe;
    requires carryall.release;

    opens carryall.cli to
            info.picocli;
}
