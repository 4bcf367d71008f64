package carryall.hypervisor;

/// The hardware address of a network card, as `52:54:00:xx:xx:xx` in lower case.
///
/// @param text six pairs of hexadecimal digits; a unicast address
public record MacAddress(String text) {
    public MacAddress {
        if (!text.matches("[0-9a-f][02468ace](:[0-9a-f]{2}){5}")) {
            throw new IllegalArgumentException("MAC address: " + text);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
