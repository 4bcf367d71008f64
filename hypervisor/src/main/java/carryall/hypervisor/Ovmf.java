package carryall.hypervisor;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where the host keeps OVMF, the UEFI firmware for virtual machines: the code, and what the
/// variables are on a machine's first day. Both are the 4 MiB build without Secure Boot, so that
/// their sizes, which a saved state holds, stay.
public final class Ovmf {
    private static final Path FOLDER = Path.of("/usr/share/OVMF");

    private Ovmf() {}

    /// The code, which all machines share and none can write.
    static Path code() throws HypervisorException {
        return present("OVMF_CODE_4M.fd");
    }

    /// The variables of a new machine; each machine gets a copy of its own, 528 KiB long.
    ///
    /// @throws HypervisorException.FirmwareMissing if OVMF is not installed
    public static Path newVariables() throws HypervisorException {
        return present("OVMF_VARS_4M.fd");
    }

    private static Path present(String name) throws HypervisorException {
        Path file = FOLDER.resolve(name);
        if (!Files.isReadable(file)) {
            throw new HypervisorException.FirmwareMissing(file);
        }
        return file;
    }
}
