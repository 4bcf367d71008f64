package carryall.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EnvelopeTest {
    private static final SigningKey ONE = SigningKey.create();
    private static final SigningKey TWO = SigningKey.create();
    private static final String TEXT = "{\"say\":\"ä \\\"quoted\\\" line\\n\"}";

    @Test
    void whatWasSignedIsReadAsItWas() {
        Envelope envelope = Envelope.of(TEXT, List.of(ONE, TWO));
        Envelope read = Envelope.parse(envelope.text());
        assertThat(read).isEqualTo(envelope);
        assertThat(read.signed()).isEqualTo(TEXT);
        assertThat(read.isSignedBy(ONE.verifyingKey())).isTrue();
        assertThat(read.isSignedBy(TWO.verifyingKey())).isTrue();
        assertThat(read.isSignedBy(SigningKey.create().verifyingKey())).isFalse();
    }

    @Test
    void aSignatureOfAnotherTextIsNone() {
        Envelope envelope = Envelope.of(TEXT, List.of(ONE));
        Envelope other = new Envelope(TEXT + " ", envelope.signatures());
        assertThat(other.isSignedBy(ONE.verifyingKey())).isFalse();
    }

    @Test
    void aSignatureUnderAnothersNameIsNone() {
        Envelope.OfKey byTwo = Envelope.of(TEXT, List.of(TWO)).signatures().getFirst();
        Envelope.OfKey claimed = new Envelope.OfKey(ONE.verifyingKey().id(), byTwo.signature());
        Envelope envelope = new Envelope(TEXT, List.of(claimed));
        assertThat(envelope.isSignedBy(ONE.verifyingKey())).isFalse();
        assertThat(envelope.isSignedBy(TWO.verifyingKey())).isFalse();
    }

    @Test
    void sixteenSignaturesAreTheMost() {
        Envelope.OfKey one = Envelope.of(TEXT, List.of(ONE)).signatures().getFirst();
        Envelope sixteen = new Envelope(TEXT, Collections.nCopies(16, one));
        assertThat(Envelope.parse(sixteen.text())).isEqualTo(sixteen);
        assertThatThrownBy(() -> new Envelope(TEXT, Collections.nCopies(17, one)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("17");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"signed\":\"a\"}",
                "{\"signatures\":[]}",
                "{\"signed\":{},\"signatures\":[]}",
                "{\"signed\":\"a\",\"signatures\":[],\"more\":1}",
                "{\"signed\":\"a\",\"signed\":\"b\",\"signatures\":[]}",
                "{\"signed\":\"a\",\"signatures\":[{\"key\":\"k\",\"signature\":\"\"}]}",
                "{\"signed\":\"a\",\"signatures\":[\"x\"]}",
                "{\"signed\":\"\\ud800\",\"signatures\":[]}"
            })
    void anotherFormIsRefused(String json) {
        assertThatThrownBy(() -> Envelope.parse(json)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void moreThanItsLargestIsRefused() {
        String json = "{\"signed\":\"" + "x".repeat(Envelope.LARGEST) + "\",\"signatures\":[]}";
        assertThatThrownBy(() -> Envelope.parse(json)).isInstanceOf(IllegalArgumentException.class);
        String id = ONE.verifyingKey().id().text();
        String tooLong =
                "{\"signed\":\"a\",\"signatures\":[{\"key\":\""
                        + id
                        + "\",\"signature\":\""
                        + "A".repeat(1024)
                        + "\"}]}";
        assertThatThrownBy(() -> Envelope.parse(tooLong))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
