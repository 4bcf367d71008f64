/// Serves folders of the host to a guest, as NFS version 3.
///
/// A [FolderServer][carryall.folder.FolderServer] has the grants and answers whoever speaks at the
/// other end of a channel that it is given: ONC RPC with record marks, the programs MOUNT and NFS.
/// A file is known to a guest by a handle that is made from the grant's name and the path below it,
/// so that it means the same on every host; the handle table remembers the paths, and follows what
/// the guest renames.
///
/// Every file is reached from one descriptor of the granted folder, by calls of the kernel that
/// leave it neither upwards nor through links or mounts; nothing is checked by path and then used
/// by path. A [Line][carryall.folder.Line] carries the connections of a guest to a server over one
/// stream of bytes. It listens nowhere, and knows nothing of machines.
@org.jspecify.annotations.NullMarked
module carryall.folder {
    requires static transitive org.jspecify;
    requires carryall.libc;

    exports carryall.folder;
}
