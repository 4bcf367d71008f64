package carryall.home;

import carryall.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/// What a prune is about to remove. It stands until the last of it is gone; what it names is
/// removed only when every host's head says that the host has seen it, and no head needs it.
///
/// @param host who marked
/// @param condemned saves, packs, and heads of hosts that were forgotten
record Mark(HostId host, Set<ObjectName> condemned) {
    private static final long FORMAT = 1;

    Mark {
        condemned = Set.copyOf(condemned);
    }

    byte[] bytes() {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("host", host.toString());
        text.put("condemned", condemned.stream().map(ObjectName::text).sorted().toList());
        return JsonText.write(text).getBytes(StandardCharsets.UTF_8);
    }

    /// Reads what [#bytes] wrote.
    ///
    /// @throws IllegalArgumentException if it is anything else
    static Mark parse(byte[] bytes) {
        JsonText text = JsonText.parse(new String(bytes, StandardCharsets.UTF_8));
        if (text.number("format") != FORMAT) {
            throw new IllegalArgumentException("format is not " + FORMAT);
        }
        Set<ObjectName> condemned = new TreeSet<>();
        HostId host = new HostId(UUID.fromString(text.text("host")));
        List<String> names = text.texts("condemned");
        for (String name : names) {
            ObjectName object = ObjectName.parse(name);
            if (object.kind() == ObjectKind.KEY || object.kind() == ObjectKind.MARK) {
                throw new IllegalArgumentException(object + " cannot be condemned");
            }
            condemned.add(object);
        }
        text.end();
        return new Mark(host, condemned);
    }
}
