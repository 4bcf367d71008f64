package carryall.machine;

import carryall.hypervisor.ByteSize;
import java.util.Optional;

/// How large a machine's personal disk is, and how full.
///
/// @param size of the disk; a file of that many bytes has no place on it
/// @param used what the guest cannot write to any more; empty if it is not known
public record DiskSpace(ByteSize size, Optional<ByteSize> used) {}
