package carryall.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyringTest {
    static final Passphrase.Cost CHEAP = new Passphrase.Cost(64 << 10, 2);

    private final SecureRandom random = new SecureRandom();
    private final MasterKey master = MasterKey.random(random);
    private final StoreId home = new StoreId(UUID.randomUUID());
    private final MemoryStore store = new MemoryStore();
    private final Keyring keyring = new Keyring(store);

    private static Passphrase passphrase(String text) {
        return Passphrase.of(text.toCharArray(), CHEAP);
    }

    private ObjectName wrap(Secret secret) throws Exception {
        return keyring.wrap(master, home, secret, Optional.empty(), random);
    }

    @Test
    void eachSecretOpensTheHome() throws Exception {
        RecoveryKey sheet = RecoveryKey.random(random);
        HostKey host = HostKey.random(random);
        wrap(passphrase("correct horse"));
        wrap(sheet);
        wrap(host);
        for (Secret secret :
                List.of(
                        passphrase("correct horse"),
                        RecoveryKey.parse(sheet.text()),
                        HostKey.parse(host.text()))) {
            Keyring.Opened opened = keyring.open(secret);
            assertThat(opened.master()).isEqualTo(master);
            assertThat(opened.home()).isEqualTo(home);
        }
    }

    @Test
    void theSamePassphraseTypedOnAnotherKeyboardOpens() throws Exception {
        wrap(passphrase("Gr\u00fc\u00dfe"));
        assertThat(keyring.open(passphrase("Gru\u0308\u00dfe")).master()).isEqualTo(master);
    }

    @Test
    void aWrongPassphraseIsToldApartFromDamage() throws Exception {
        ObjectName name = wrap(passphrase("correct horse"));
        assertThatThrownBy(() -> keyring.open(passphrase("wrong horse")))
                .isInstanceOf(HomeException.KeyRefused.class)
                .hasMessageContaining("does not open with this passphrase");
        byte[] bytes = store.read(name);
        bytes[bytes.length - 10] ^= 1;
        store.spoil(name, bytes);
        assertThatThrownBy(() -> keyring.open(passphrase("correct horse")))
                .isInstanceOf(HomeException.KeyDamaged.class)
                .hasMessageContaining(name.text());
        assertThatThrownBy(() -> new Keyring(new MemoryStore()).open(passphrase("any")))
                .isInstanceOf(HomeException.NotHome.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"home", "form", "salt", "passes", "memoryKib"})
    void aHeaderThatAnAttackerRewroteOpensNothing(String key) throws Exception {
        String[] lines = text(wrap(passphrase("correct horse"))).split("\n", -1);
        String header =
                switch (key) {
                    case "home" -> lines[0].replace(home.toString(), UUID.randomUUID().toString());
                    case "form" -> lines[0].replace("passphrase", "host");
                    case "salt" -> lines[0].replaceAll("\"salt\":\"..", "\"salt\":\"AA");
                    case "passes" -> lines[0].replace("\"passes\":2", "\"passes\":3");
                    default -> lines[0].replace("65536", "65537");
                };
        assertThat(header).isNotEqualTo(lines[0]);
        MemoryStore other = new MemoryStore();
        put(other, header + "\n" + lines[1] + "\n" + lines[2] + "\n");
        assertThatThrownBy(() -> new Keyring(other).open(passphrase("correct horse")))
                .isInstanceOf(HomeException.class);
    }

    @Test
    void anAttackersChoiceOfMemoryIsNotTried() throws Exception {
        String text = text(wrap(passphrase("correct horse"))).replace("65536", "1073741824");
        MemoryStore other = new MemoryStore();
        put(other, text);
        assertThatThrownBy(() -> new Keyring(other).open(passphrase("correct horse")))
                .isInstanceOf(HomeException.KeyDamaged.class)
                .hasMessageContaining("Argon2id with 1073741824 KiB");
    }

    @Test
    void theOldPassphraseOpensNothingAfterAChange() throws Exception {
        wrap(passphrase("old"));
        ObjectName kept = wrap(passphrase("new"));
        keyring.removeOthers("passphrase", kept);
        assertThat(keyring.open(passphrase("new")).name()).isEqualTo(kept);
        assertThatThrownBy(() -> keyring.open(passphrase("old")))
                .isInstanceOf(HomeException.KeyRefused.class);
    }

    @Test
    void aForgottenHostOpensNothing() throws Exception {
        HostKey key = HostKey.random(random);
        HostId host = new HostId(UUID.randomUUID());
        keyring.wrap(master, home, key, Optional.of(host), random);
        wrap(passphrase("other"));
        keyring.removeOf(host);
        assertThatThrownBy(() -> keyring.open(key)).isInstanceOf(HomeException.KeyRefused.class);
        keyring.open(passphrase("other"));
    }

    @Test
    void aRecoveryKeyIsReadAsPeopleTypeIt() throws Exception {
        for (int i = 0; i < 200; i++) {
            RecoveryKey key = RecoveryKey.random(random);
            assertThat(key.text()).matches("([0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{4}");
            String typed = key.text().toLowerCase(java.util.Locale.ROOT);
            assertThat(RecoveryKey.parse(typed.replace("-", " "))).isEqualTo(key);
            assertThat(RecoveryKey.parse(typed.replace('0', 'o').replace('1', 'l'))).isEqualTo(key);
        }
    }

    @Test
    void aMistypedRecoveryKeyIsSeenBeforeItIsTried() {
        String text = RecoveryKey.random(random).text();
        int seen = 0;
        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == 'A' ? 'B' : 'A';
            if (text.charAt(i) != '-') {
                String mistyped = text.substring(0, i) + other + text.substring(i + 1);
                assertThatThrownBy(() -> RecoveryKey.parse(mistyped))
                        .isInstanceOf(HomeException.RecoveryKeyMistyped.class)
                        .hasMessageNotContaining(text.substring(0, 4));
                seen++;
            }
        }
        assertThat(seen).isEqualTo(36);
        assertThatThrownBy(() -> RecoveryKey.parse("ABCD-" + text))
                .isInstanceOf(HomeException.RecoveryKeyMistyped.class);
        assertThatThrownBy(() -> RecoveryKey.parse(text.replace(text.charAt(0), 'U')))
                .isInstanceOf(HomeException.RecoveryKeyMistyped.class);
    }

    private String text(ObjectName name) throws Exception {
        return new String(store.read(name), StandardCharsets.UTF_8);
    }

    private static void put(MemoryStore store, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        store.put(ObjectName.of(ObjectKind.KEY, bytes), bytes);
    }
}
