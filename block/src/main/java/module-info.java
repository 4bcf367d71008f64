/// Serves disks and memory images: as NBD exports on a unix socket, only to be read, and as files
/// through FUSE.
///
/// A [BlockDevice][carryall.block.BlockDevice] has the content, here already or still to come; an
/// [NbdServer][carryall.block.NbdServer] answers for it. A connection's thread reads requests and
/// answers those whose content is here; those that wait for content wait in threads of their own,
/// few at a time. A [FuseMount][carryall.block.FuseMount] does the same for the kernel, which
/// caches what it reads.
///
/// A disk that another's NBD server has is a [NbdDevice][carryall.block.NbdDevice], which is
/// written too.
///
/// It knows nothing of where content comes from, and listens on no network.
@org.jspecify.annotations.NullMarked
module carryall.block {
    requires static transitive org.jspecify;
    requires carryall.libc;

    exports carryall.block;
}
