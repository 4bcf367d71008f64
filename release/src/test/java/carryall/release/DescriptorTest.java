package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DescriptorTest {
    private static final Digest DIGEST = Digest.of(new byte[0]);

    private static String written(String one, String two) {
        Map<String, String> annotations = new LinkedHashMap<>();
        annotations.put(one, "a value");
        annotations.put(two, "a value");
        return JsonText.write(new Descriptor(Release.DELTA_TYPE, DIGEST, 7, annotations).text());
    }

    @Test
    void theSameFactsAreWrittenAsTheSameBytes() {
        // The JDK's own small maps have another order in each process.
        assertThat(written(Release.PACK_BYTES, Release.BASE))
                .isEqualTo(written(Release.BASE, Release.PACK_BYTES))
                .containsSubsequence(Release.BASE, Release.PACK_BYTES);
    }
}
