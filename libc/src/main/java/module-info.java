/// Calls the C library through the JDK's linker, for what Java has no method for. The launcher
/// names this module in `--enable-native-access`; others that call C do it through here.
///
/// It knows words and addresses, and nothing of what a call is for.
@org.jspecify.annotations.NullMarked
module carryall.libc {
    requires static transitive org.jspecify;

    exports carryall.libc;
}
