package carryall.folder;

import java.net.ProtocolException;
import java.util.Optional;

/// `sattr3` of RFC 1813: what of a file becomes what.
record NewAttributes(
        Optional<Integer> mode,
        Optional<Integer> uid,
        Optional<Integer> gid,
        Optional<Long> size,
        NewTime accessed,
        NewTime modified) {
    private static final int NANOS = 1_000_000_000;

    static NewAttributes read(XdrInput in) throws ProtocolException {
        return new NewAttributes(
                number(in),
                number(in),
                number(in),
                in.nextBoolean() ? Optional.of(in.nextLong()) : Optional.empty(),
                time(in),
                time(in));
    }

    private static Optional<Integer> number(XdrInput in) throws ProtocolException {
        return in.nextBoolean() ? Optional.of(in.nextInt()) : Optional.empty();
    }

    private static NewTime time(XdrInput in) throws ProtocolException {
        return switch (in.nextInt()) {
            case 0 -> new NewTime.Kept();
            case 1 -> new NewTime.Now();
            case 2 -> {
                long seconds = Integer.toUnsignedLong(in.nextInt());
                int nanos = in.nextInt();
                if (nanos < 0 || nanos >= NANOS) {
                    throw new ProtocolException("so many nanoseconds are seconds");
                }
                yield new NewTime.At(seconds, nanos);
            }
            default -> throw new ProtocolException("no way to set a time");
        };
    }

    boolean hasTimes() {
        return !(accessed instanceof NewTime.Kept && modified instanceof NewTime.Kept);
    }
}
