package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class MemoryShelfTest extends RepositoryContract {
    private final MemoryShelf shelf = new MemoryShelf();

    @Override
    Shelf shelf() {
        return shelf;
    }

    @Test
    void itCountsWhatItIsAsked() throws IOException {
        long requests = shelf.requests();
        long bytes = shelf.bytesRead();
        librecad.range(PACK_DIGEST, PACK.length, 10, 20).close();
        assertThat(shelf.requests()).isEqualTo(requests + 1);
        assertThat(shelf.bytesRead()).isEqualTo(bytes + 20);
    }

    @Test
    void whatIsSpoiledIsFoundDamaged() {
        shelf.spoil(PACK_DIGEST, new byte[PACK.length]);
        assertThatThrownBy(() -> librecad.blob(PACK_DIGEST, PACK.length))
                .isInstanceOf(TransportException.Damaged.class);
        shelf.lose(PACK_DIGEST);
        assertThatThrownBy(() -> librecad.blob(PACK_DIGEST, PACK.length))
                .isInstanceOf(TransportException.Missing.class);
    }
}
