package carryall.hypervisor;

/// What a machine may reach. The network card is there in every case, so that a state fits all.
public enum Network {
    /// Nothing at all.
    NONE,
    /// Public addresses only: neither the host, nor its loopback, nor any private or link-local
    /// address.
    INTERNET
}
