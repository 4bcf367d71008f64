package carryall.block;

import java.io.IOException;

/// This host lets us mount nothing through FUSE. The message says what failed and what to install
/// or to allow.
public final class FuseMissing extends IOException {
    private static final long serialVersionUID = 1;

    FuseMissing(String what, String next) {
        super(what + "; " + next);
    }
}
