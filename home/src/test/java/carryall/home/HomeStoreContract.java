package carryall.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.transport.TransportException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every store of a home does.
abstract class HomeStoreContract {
    /// An empty one.
    abstract HomeStore store() throws Exception;

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatWasPutIsReadAgain() throws Exception {
        HomeStore store = store();
        for (int length : new int[] {1, 4096, 3 << 20}) {
            byte[] bytes = bytes(length);
            ObjectName name = ObjectName.of(ObjectKind.PACK, bytes);
            store.put(name, bytes);
            store.put(name, bytes);
            assertThat(store.read(name)).isEqualTo(bytes);
            assertThat(store.range(name, length, length / 2, length - length / 2))
                    .isEqualTo(java.util.Arrays.copyOfRange(bytes, length / 2, length));
        }
    }

    @Test
    void eachKindHasAListOfItsOwnInTheOrderOfNames() throws Exception {
        HomeStore store = store();
        for (ObjectKind kind : ObjectKind.values()) {
            assertThat(store.list(kind)).isEmpty();
        }
        for (int i = 1; i <= 20; i++) {
            store.put(ObjectName.of(ObjectKind.PACK, bytes(i)), bytes(i));
        }
        store.put(ObjectName.of(ObjectKind.HEAD, bytes(1)), bytes(1));
        assertThat(store.list(ObjectKind.PACK)).hasSize(20).isSorted();
        assertThat(store.list(ObjectKind.HEAD))
                .containsExactly(ObjectName.of(ObjectKind.HEAD, bytes(1)));
        assertThat(store.list(ObjectKind.SAVE)).isEmpty();
    }

    @Test
    void whatWasRemovedIsMissing() throws Exception {
        HomeStore store = store();
        ObjectName name = ObjectName.of(ObjectKind.SAVE, bytes(9));
        store.remove(name);
        store.put(name, bytes(9));
        store.remove(name);
        store.remove(name);
        assertThat(store.list(ObjectKind.SAVE)).isEmpty();
        assertThatThrownBy(() -> store.read(name))
                .isInstanceOf(TransportException.Missing.class)
                .hasMessageContaining(name.text());
        store.put(name, bytes(9));
        assertThat(store.read(name)).isEqualTo(bytes(9));
    }

    @Test
    void aRangeOfAnObjectOfAnotherSizeIsRefused() throws Exception {
        HomeStore store = store();
        ObjectName name = ObjectName.of(ObjectKind.PACK, bytes(100));
        store.put(name, bytes(100));
        assertThatThrownBy(() -> store.range(name, 101, 0, 10))
                .isInstanceOf(TransportException.class);
    }

    @Test
    void namesAreWhatTheyWere() {
        ObjectName name = ObjectName.of(ObjectKind.MARK, "x".getBytes(StandardCharsets.UTF_8));
        assertThat(ObjectName.parse(name.text())).isEqualTo(name);
        assertThatThrownBy(() -> ObjectName.parse("pack-1234"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ObjectName.parse("other-" + name.digest().hex()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
