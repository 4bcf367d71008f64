/// A user's own sealed store of states: what a machine needs to go on at another host.
///
/// A [Home][carryall.home.Home] lies in a [HomeStore][carryall.home.HomeStore], which is not
/// trusted: all that goes there is sealed first, and all that comes back is believed only after it
/// was opened. Nothing there is ever changed: a host adds packs of pieces, then a save that says
/// which pieces make which file, then a head of its own that names the save. So no host waits for
/// another, and what a cut leaves is either named or nothing.
///
/// It starts no machine, and does not ask for a passphrase. `docs/formats/home.md` has the form.
@org.jspecify.annotations.NullMarked
module carryall.home {
    requires static transitive org.jspecify;
    requires transitive carryall.machine;
    requires transitive carryall.transport;
    requires carryall.json;
    requires com.github.luben.zstd_jni;
    requires org.bouncycastle.provider;

    exports carryall.home;
}
