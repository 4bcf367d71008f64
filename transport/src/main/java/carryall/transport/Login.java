package carryall.transport;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Who somebody is at a registry. Shows no secrets when printed.
sealed interface Login {
    /// A user and a password, or a token in its place.
    record Password(String user, String secret) implements Login {
        /// As `Authorization` wants it (RFC 7617).
        String basic() {
            byte[] pair = (user + ":" + secret).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(pair);
        }

        @Override
        public String toString() {
            return "password of a user";
        }
    }

    /// A token that other tokens are given for (OAuth 2, RFC 6749, 6).
    record Refresh(String secret) implements Login {
        @Override
        public String toString() {
            return "refresh token";
        }
    }
}
