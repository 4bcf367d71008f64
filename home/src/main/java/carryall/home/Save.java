package carryall.home;

import carryall.crypto.Digest;
import carryall.machine.MachineName;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// One state of a machine as it lies in a home: which pieces of which packs make its files.
/// `docs/formats/home.md` has the form.
///
/// @param machine the machine's id, the same on every host
/// @param name as the machine is called on the host that saved it
/// @param state the state's number there
/// @param taken when
/// @param ancestry which saves it goes on from, itself included
/// @param releases by the digest of the appliance's description: what it goes with
/// @param packs that it needs
/// @param files in the order of their paths
record Save(
        UUID machine,
        MachineName name,
        int state,
        Instant taken,
        Ancestry ancestry,
        List<Digest> releases,
        List<Pack> packs,
        List<SavedFile> files) {
    /// Pieces one after the other, then zeros, sealed.
    ///
    /// @param name of the object
    /// @param salt that it was sealed with, so that any part of it can be opened alone
    /// @param sizeBytes plain
    record Pack(ObjectName name, Salt salt, int sizeBytes) {
        Pack {
            if (name.kind() != ObjectKind.PACK || sizeBytes < 1 || sizeBytes > SizeClass.LARGEST) {
                throw new IllegalArgumentException(name + " of " + sizeBytes + " bytes");
            }
        }
    }

    Save {
        releases = List.copyOf(releases);
        packs = List.copyOf(packs);
        files = List.copyOf(files);
        if (state < 1) {
            throw new IllegalArgumentException("state " + state);
        }
        for (int i = 1; i < files.size(); i++) {
            if (files.get(i - 1).path().compareTo(files.get(i).path()) >= 0) {
                throw new IllegalArgumentException(files.get(i).path() + " is out of order");
            }
        }
        for (SavedFile file : files) {
            for (Piece piece : file.pieces()) {
                check(piece, releases, packs);
            }
        }
    }

    private static void check(Piece piece, List<Digest> releases, List<Pack> packs) {
        switch (piece) {
            case Piece.Zeros _ -> {}
            case Piece.Stored stored -> {
                if (stored.pack() >= packs.size()
                        || (long) stored.offset() + stored.stored()
                                > packs.get(stored.pack()).sizeBytes()) {
                    throw new IllegalArgumentException("a piece that lies in no pack");
                }
            }
            case Piece.Released released -> {
                if (released.release() >= releases.size()) {
                    throw new IllegalArgumentException("a piece of no release");
                }
            }
        }
    }
}
