package carryall.machine;

import carryall.hypervisor.GuestAgent;
import carryall.hypervisor.HypervisorException;
import carryall.hypervisor.Qemu;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/// What a guest that was resumed must be told: the time, fresh randomness, and who it is, for
/// others were resumed from the same memory. The guest's own script does it
/// (`docs/formats/guest.md`); a guest without one is left as it is.
final class Waking {
    private static final String SCRIPT = "/usr/lib/carryall/awake";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SEED_BYTES = 64;

    private Waking() {}

    /// Tells the guest, and waits until it knows.
    ///
    /// @param machine who it is
    static GuestAgent.Outcome tell(Qemu qemu, Machine machine) throws HypervisorException {
        byte[] seed = new byte[SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        Instant now = Instant.now();
        return qemu.agent()
                .run(
                        List.of(
                                SCRIPT,
                                "%d.%09d".formatted(now.getEpochSecond(), now.getNano()),
                                machine.name().text(),
                                machine.id().toString().replace("-", ""),
                                machine.mac().text()),
                        Base64.getEncoder().encodeToString(seed),
                        PATIENCE);
    }
}
