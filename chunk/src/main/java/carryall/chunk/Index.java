package carryall.chunk;

/// Which chunks make which images.
public final class Index {
    private Index() {}
}
