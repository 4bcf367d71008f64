package carryall.folder;

import carryall.libc.Libc;
import java.io.IOException;

/// A request that ends with another status than OK. It is an answer, so it has no stack trace.
final class Refused extends IOException {
    private static final long serialVersionUID = 1;
    private final Status status;

    Refused(Status status) {
        super(status.name());
        this.status = status;
    }

    Refused(Libc.Failed failed) {
        this(Status.of(failed.errno()));
    }

    Status status() {
        return status;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
