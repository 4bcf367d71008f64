package carryall.home;

import carryall.transport.TransportException;

/// The objects of a home that are opened as a whole: heads, saves, marks.
///
/// @param store where they lie
record SealedStore(HomeStore store, Sealer sealer) {
    String location() {
        return store.location();
    }

    /// A head, sealed, to be [#put].
    byte[] seal(Head head) {
        return SealedText.seal(sealer, ObjectKind.HEAD, head.bytes());
    }

    ObjectName put(Save save) throws TransportException {
        return put(
                ObjectKind.SAVE, SealedText.seal(sealer, ObjectKind.SAVE, SaveFormat.write(save)));
    }

    ObjectName put(Mark mark) throws TransportException {
        return put(ObjectKind.MARK, SealedText.seal(sealer, ObjectKind.MARK, mark.bytes()));
    }

    ObjectName put(ObjectKind kind, byte[] sealed) throws TransportException {
        ObjectName name = ObjectName.of(kind, sealed);
        store.put(name, sealed);
        return name;
    }

    private interface Parser<T> {
        T parse(byte[] bytes);
    }

    private <T> T read(ObjectName name, Parser<T> parser) throws HomeException, TransportException {
        try {
            return parser.parse(SealedText.open(sealer, name.kind(), store.read(name)));
        } catch (TransportException.Missing missing) {
            throw new HomeException.NotWhole(location(), name);
        } catch (TransportException.Damaged damaged) {
            throw new HomeException.ObjectDamaged(
                    location(), name, String.valueOf(damaged.getMessage()));
        } catch (Sealer.NotSealed altered) {
            throw new HomeException.ObjectDamaged(location(), name, altered.found());
        } catch (RuntimeException rubbish) {
            throw new HomeException.ObjectDamaged(
                    location(), name, String.valueOf(rubbish.getMessage()));
        }
    }

    /// @throws HomeException.NotWhole if it is missing
    /// @throws HomeException.ObjectDamaged if it is not what was sealed
    Head head(ObjectName name) throws HomeException, TransportException {
        return read(name, Head::parse);
    }

    /// The same of a head that this host keeps itself.
    Head head(byte[] sealed) throws Sealer.NotSealed {
        return Head.parse(SealedText.open(sealer, ObjectKind.HEAD, sealed));
    }

    Save save(ObjectName name) throws HomeException, TransportException {
        return read(name, SaveFormat::read);
    }

    Mark mark(ObjectName name) throws HomeException, TransportException {
        return read(name, Mark::parse);
    }
}
