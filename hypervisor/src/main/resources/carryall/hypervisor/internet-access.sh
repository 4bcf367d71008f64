# The gate and the inside of an InternetAccess; pasta starts this in the gate's network namespace.
#   standard input   the closed ranges, a line each; a line "."; then nothing until all shall end
#   $1               the address at which the host's resolver answers
# The last process it starts is `cat`, inside, when all is ready.
set -eu
exec 3<&0
closed=
while read -r range && [ "$range" != . ]; do
    closed="$closed
route replace prohibit $range"
done
[ "$range" = . ]

# That pasta gave an address shows that the host has IPv6; nothing else of what it set up is needed.
tap=$(ip -o link | sed -n 's/^[0-9]*: \([^:@]*\).*/\1/p' | grep -v '^lo$')
six=$(ip -6 -o address show dev "$tap" scope global)
ip route flush dev "$tap"
ip -6 route flush dev "$tap"
ip address flush dev "$tap"

# What is prohibited is said at once, each time.
echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
echo 1 >/proc/sys/net/ipv4/ip_forward
ip link add way mtu 65520 type veth peer name inside mtu 65520
ip address add 192.0.0.1/30 dev way
ip link set way up

# Nobody is at the next hop: pasta takes every frame, whatever its hardware address.
ip neighbour add 192.0.0.5 lladdr 02:00:00:00:00:01 dev "$tap" nud permanent
echo "$closed" | ip -batch -
ip route add default via 192.0.0.5 dev "$tap" onlink
ip route add "$1" via 192.0.0.5 dev "$tap" onlink table 53
ip rule add to "$1" ipproto udp dport 53 lookup 53
if [ "$six" ]; then
    echo 0 >/proc/sys/net/ipv6/icmp/ratelimit
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    ip address add fd63:6172:7279::1/64 dev way nodad
    ip neighbour add fe80::1 lladdr 02:00:00:00:00:01 dev "$tap" nud permanent
    ip route add 2000::/3 via fe80::1 dev "$tap" onlink
fi

unshare --net sh -euc '
    until ip link show inside >/dev/null 2>&1; do sleep 0.01; done
    ip link set lo up
    ip address add 192.0.0.2/30 dev inside
    [ ! "$1" ] || ip address add fd63:6172:7279::2/64 dev inside nodad
    ip link set inside up
    ip route add default via 192.0.0.1
    [ ! "$1" ] || ip route add default via fd63:6172:7279::1
    exec cat >/dev/null' inside "$six" <&3 &
while ip link show inside >/dev/null 2>&1; do ip link set inside netns $!; done
wait
