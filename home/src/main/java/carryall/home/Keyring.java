package carryall.home;

import carryall.transport.TransportException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The wrapped keys of a home.
///
/// @param store where they lie
record Keyring(HomeStore store) {
    /// More of one form are not tried: each costs a second, and an attacker may have put them
    /// there.
    private static final int MOST_TRIED = 16;

    /// What a secret opened.
    ///
    /// @param name of the wrapped key that it opened
    record Opened(MasterKey master, StoreId home, ObjectName name) {}

    private Map<ObjectName, WrappedKey> undamaged(List<String> damaged) throws TransportException {
        Map<ObjectName, WrappedKey> keys = new TreeMap<>();
        for (ObjectName name : store.list(ObjectKind.KEY)) {
            try {
                keys.put(name, WrappedKey.parse(store.read(name)));
            } catch (TransportException.Damaged | IllegalArgumentException cut) {
                damaged.add(name + ": " + cut.getMessage());
            } catch (TransportException.Missing removedMeanwhile) {
                // It was replaced while we looked.
            }
        }
        return keys;
    }

    boolean isEmpty() throws TransportException {
        return store.list(ObjectKind.KEY).isEmpty();
    }

    /// Opens the home.
    ///
    /// @throws HomeException.NotHome if there is no key
    /// @throws HomeException.KeyRefused if the secret opens none, and all of its form are whole
    /// @throws HomeException.KeyDamaged if the secret opens none, and one is damaged
    Opened open(Secret secret) throws HomeException, TransportException {
        List<String> damaged = new ArrayList<>();
        Map<ObjectName, WrappedKey> keys = undamaged(damaged);
        if (keys.isEmpty() && damaged.isEmpty()) {
            throw new HomeException.NotHome(store.location());
        }
        int tried = 0;
        for (var each : keys.entrySet()) {
            WrappedKey.Header header = each.getValue().said();
            if (!header.form().equals(secret.form()) || tried == MOST_TRIED) {
                continue;
            }
            if (!(secret instanceof HostKey)) {
                tried++;
            }
            try {
                Optional<MasterKey> master = each.getValue().unwrap(secret);
                if (master.isPresent()) {
                    return new Opened(master.get(), header.home(), each.getKey());
                }
            } catch (IllegalArgumentException altered) {
                damaged.add(each.getKey() + ": " + altered.getMessage());
            }
        }
        if (damaged.isEmpty()) {
            throw new HomeException.KeyRefused(store.location(), secret.form());
        }
        throw new HomeException.KeyDamaged(store.location(), secret.form(), damaged);
    }

    ObjectName wrap(
            MasterKey master,
            StoreId home,
            Secret secret,
            Optional<HostId> host,
            SecureRandom random)
            throws TransportException {
        byte[] bytes = WrappedKey.wrap(master, home, secret, host, random).bytes();
        ObjectName name = ObjectName.of(ObjectKind.KEY, bytes);
        store.put(name, bytes);
        return name;
    }

    /// Removes all keys of a form but one.
    void removeOthers(String form, ObjectName kept) throws TransportException {
        for (var each : undamaged(new ArrayList<>()).entrySet()) {
            if (each.getValue().said().form().equals(form) && !each.getKey().equals(kept)) {
                store.remove(each.getKey());
            }
        }
    }

    /// Takes from a host what it opens the home with.
    void removeOf(HostId host) throws TransportException {
        for (var each : undamaged(new ArrayList<>()).entrySet()) {
            if (each.getValue().said().host().equals(Optional.of(host))) {
                store.remove(each.getKey());
            }
        }
    }
}
