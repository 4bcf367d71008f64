package carryall.home;

import carryall.transport.TransportException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Looks whether all that the heads need is there and is what was sealed. Changes nothing.
///
/// @param seat whose home
record Checking(Seat seat) {
    /// @param isDataRead whether each pack is read whole, or only looked for
    Checked run(boolean isDataRead) throws HomeException, TransportException {
        View view = seat.look();
        List<String> faults = new ArrayList<>();
        view.concerns().forEach(concern -> faults.add(String.valueOf(concern.getMessage())));
        HomeStore store = seat.sealed().store();
        Set<ObjectName> there = new HashSet<>(store.list(ObjectKind.PACK));
        Map<ObjectName, Save.Pack> packs = new TreeMap<>();
        Map<ObjectName, Set<String>> users = new TreeMap<>();
        int saves = 0;
        for (ObjectName name : view.kept()) {
            try {
                Save save = seat.sealed().save(name);
                saves++;
                for (Save.Pack pack : save.packs()) {
                    packs.put(pack.name(), pack);
                    users.computeIfAbsent(pack.name(), _ -> new TreeSet<>())
                            .add(save.name() + " (state " + save.state() + ")");
                }
            } catch (HomeException fault) {
                faults.add(String.valueOf(fault.getMessage()));
            }
        }
        long read = 0;
        for (Save.Pack pack : packs.values()) {
            String needs = ", which " + String.join(", ", use(users, pack)) + " needs";
            if (!there.contains(pack.name())) {
                faults.add(pack.name() + " is missing" + needs);
            } else if (isDataRead) {
                try {
                    byte[] sealed = store.read(pack.name());
                    read += sealed.length;
                    byte[] plain = seat.sealed().sealer().open(ObjectKind.PACK, sealed);
                    if (plain.length != pack.sizeBytes()) {
                        faults.add(pack.name() + " has " + plain.length + " bytes" + needs);
                    }
                } catch (TransportException.Damaged | Sealer.NotSealed damaged) {
                    faults.add(damaged.getMessage() + needs);
                }
            }
        }
        return new Checked(saves, packs.size(), read, faults);
    }

    private static Set<String> use(Map<ObjectName, Set<String>> users, Save.Pack pack) {
        return users.getOrDefault(pack.name(), Set.of());
    }
}
