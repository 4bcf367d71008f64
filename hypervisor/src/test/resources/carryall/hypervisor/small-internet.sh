# A host with a neighbourhood and an internet around it; runs a command on that host.
#   unshare --net --mount --pid --fork --kill-child --mount-proc sh small-internet.sh FOLDER COMMAND...
# FOLDER has servers.pl and an empty folder `private`. At each address that matters somebody
# answers, TCP and UDP, at port 7777 and (but on the host) at port 53.
set -eu
folder=$1
shift

mount -t tmpfs private "$folder/private"
mknod -m "${TUN:-666}" "$folder/private/tun" c 10 200
mount --bind "$folder/private/tun" /dev/net/tun
echo nameserver 10.77.0.1 >"$folder/private/resolv.conf"
mount --bind "$folder/private/resolv.conf" /etc/resolv.conf

unshare --net sleep 60 &
while [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
around="nsenter --net=/proc/$!/ns/net"
ip link add eth0 type veth peer name eth0 netns $!

# The neighbourhood has public addresses, too: 93.184.1.0/24 and 2001:4860:77::/64.
ip link set lo up
ip link set eth0 addrgenmode none up
$around ip link set lo up
$around ip link set eth0 addrgenmode none up
for address in 10.77.0.2/24 93.184.1.2/24; do ip address add $address dev eth0; done
for address in 2001:4860:77::2/64 fd77::2/64 fe80::78/64; do ip address add $address dev eth0 nodad; done
for address in 10.77.0.1/24 93.184.1.1/24; do $around ip address add $address dev eth0; done
for address in 2001:4860:77::1/64 fd77::1/64 fe80::77/64; do
    $around ip address add $address dev eth0 nodad
done
ip route add default via 10.77.0.1
ip route add default via 2001:4860:77::1
for address in 93.184.215.14 10.0.0.1 100.64.0.1 169.254.169.254 172.16.0.1 192.0.0.8 192.0.2.1 \
    192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 240.0.0.1; do
    $around ip address add $address/32 dev lo
done
for address in 2606:2800:21f::1 64:ff9b::a00:1 2001::1 2001:db8::1 2002:a00:1::1 fc00::1 fd12::1 \
    fec0::1; do
    $around ip address add $address/128 dev lo nodad
done

perl "$folder/servers.pl" 7777 >"$folder/private/host" &
$around perl "$folder/servers.pl" 7777 53 >"$folder/private/around" &
until grep -q ready "$folder/private/host" && grep -q ready "$folder/private/around"; do
    sleep 0.05
done
"$@"
