package carryall.transport;

/// Whether a shelf may be reached without TLS.
public enum PlainHttp {
    /// Only a shelf on this very host, whose name says so: `localhost`, `127.…`, `[::1]`.
    ONLY_LOOPBACK,
    /// The user said so for this one shelf.
    ALLOWED
}
