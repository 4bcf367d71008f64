package carryall.block;

/// What a client and we agreed upon in the handshake.
///
/// @param device what it reads
/// @param form how it understands replies
record Session(BlockDevice device, Form form) {
    enum Form {
        SIMPLE,
        STRUCTURED,
        /// Structured, and it may ask for `base:allocation`.
        STRUCTURED_WITH_ALLOCATION
    }

    boolean isStructured() {
        return form != Form.SIMPLE;
    }

    int transmissionFlags() {
        return flags(isStructured());
    }

    static int flags(boolean structured) {
        return Protocol.HAS_FLAGS
                | Protocol.READ_ONLY
                | Protocol.SEND_FLUSH
                | Protocol.CAN_MULTI_CONN
                | Protocol.SEND_CACHE
                | (structured ? Protocol.SEND_DF : 0);
    }
}
