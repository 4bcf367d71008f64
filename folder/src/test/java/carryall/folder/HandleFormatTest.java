package carryall.folder;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.folder.Grant.Access;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// That handles and tables stay what `docs/formats/handles.md` says.
final class HandleFormatTest {
    private static final String PAGE_ROOT =
            "3d030d600d578d08056542013846627afcafb9d5517b73860000000063617279";
    private static final String PAGE_FILE =
            "3d030d600d578d087b1444d39f4de57cfcf2407cb2e56fc80000000063617279";

    @TempDir Path temporary;

    @Test
    void aHandleIsWhatItsPageSays() {
        assertThat(hex(Handle.root("drawings"))).isEqualTo(PAGE_ROOT);
        assertThat(hex(Handle.first("drawings", "plan/house.dxf"))).isEqualTo(PAGE_FILE);
    }

    private static String hex(Handle handle) {
        ByteBuffer bytes = ByteBuffer.allocate(Handle.BYTES);
        handle.write(bytes);
        return HexFormat.of().formatHex(bytes.array());
    }

    /// A guest made `plan`, `plan/draft` and `gone`, renamed the draft to `house` beside it and
    /// removed the last.
    @Test
    void aTableOfTheFirstVersionIsRead() throws Exception {
        try (InputStream golden = getClass().getResourceAsStream("handles-1")) {
            Files.copy(Objects.requireNonNull(golden), temporary.resolve("handles"));
        }
        Path folder = Files.createDirectory(temporary.resolve("folder"));
        Files.createDirectory(folder.resolve("plan"));
        Files.writeString(folder.resolve("house"), "a house");
        try (Served served = Served.open(temporary, folder, Access.READ_WRITE)) {
            NfsClient client = served.client();
            assertThat(client.content(handle("plan/draft"))).isEqualTo("a house");
            assertThat(client.attributes(handle("plan")).status()).isZero();
            Files.writeString(folder.resolve("gone"), "another");
            assertThat(client.attributes(handle("gone")).status()).isEqualTo(Status.STALE.code());
            assertThat(client.find(client.mount("/drawings"), "gone")).isNotEqualTo(handle("gone"));
        }
    }

    private static byte[] handle(String path) {
        ByteBuffer bytes = ByteBuffer.allocate(Handle.BYTES);
        Handle.first("drawings", path).write(bytes);
        return bytes.array();
    }
}
