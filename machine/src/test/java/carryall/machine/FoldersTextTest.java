package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.folder.Grant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FoldersTextTest {
    private static final List<Grant> GRANTS =
            List.of(
                    new Grant("Drawings", Path.of("/home/me/Drawings"), Grant.Access.READ_WRITE),
                    new Grant("fonts", Path.of("/usr/share/fonts"), Grant.Access.READ_ONLY));

    private static String golden() throws IOException {
        try (var file =
                Objects.requireNonNull(
                        FoldersTextTest.class.getResourceAsStream("folders-1.json"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theTextOfFormat1IsReadAndWrittenForEver() throws IOException {
        assertThat(FoldersText.parse(golden())).isEqualTo(GRANTS);
        assertThat(FoldersText.write(GRANTS)).isEqualTo(golden());
        assertThat(FoldersText.parse(FoldersText.write(List.of()))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"format\":2,\"folders\":[]}",
                "{\"format\":1}",
                "{\"format\":1,\"folders\":[],\"more\":1}",
                "{\"format\":1,\"folders\":[{\"name\":\"a\",\"directory\":\"/a\"}]}",
                "{\"format\":1,\"folders\":[{\"name\":\"a\",\"directory\":\"a\",\"access\":\"read-only\"}]}",
                "{\"format\":1,\"folders\":[{\"name\":\"..\",\"directory\":\"/a\",\"access\":\"read-only\"}]}",
                "{\"format\":1,\"folders\":[{\"name\":\"a/b\",\"directory\":\"/a\",\"access\":\"read-only\"}]}",
                "{\"format\":1,\"folders\":[{\"name\":\"a\",\"directory\":\"/a\",\"access\":\"all\"}]}",
                "{\"format\":1,\"folders\":[{\"name\":\"a\",\"directory\":\"/a\",\"access\":\"read-only\",\"x\":1}]}",
                "{\"format\":1,\"folders\":[{\"name\":\"a\",\"directory\":\"/a\",\"access\":\"read-only\"},"
                        + "{\"name\":\"a\",\"directory\":\"/b\",\"access\":\"read-only\"}]}",
            })
    void anyOtherIsDamage(String text) {
        assertThatThrownBy(() -> FoldersText.parse(text)).isInstanceOf(RuntimeException.class);
    }

    @Test
    void thereAreSixteenAtMost() {
        String most = FoldersText.write(many(FoldersText.MOST));
        assertThat(FoldersText.parse(most)).hasSize(FoldersText.MOST);
        String more = FoldersText.write(many(FoldersText.MOST + 1));
        assertThatThrownBy(() -> FoldersText.parse(more)).hasMessageContaining("16 folders");
    }

    private static List<Grant> many(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Grant("f" + i, Path.of("/a"), Grant.Access.READ_ONLY))
                .toList();
    }
}
