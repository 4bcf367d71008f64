# Answers on each address of this network namespace, TCP and UDP, at the ports given.
use strict;
use warnings;
use Socket qw(:all);

my (@all, $bits);
my ($link) = `ip -o link show eth0` =~ /^([0-9]+):/;
my @addresses = `ip -o address show` =~ /inet6? ([0-9a-f:.]+)/g;
for my $address (@addresses) {
    for my $port (@ARGV) {
        for my $type (SOCK_STREAM, SOCK_DGRAM) {
            my $six = $address =~ /:/;
            socket(my $s, $six ? AF_INET6 : AF_INET, $type, 0) or die;
            setsockopt($s, IPPROTO_IPV6, IPV6_V6ONLY, 1) if $six;
            my $scope = $address =~ /^fe80/ ? $link : 0;
            bind($s, $six
                ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address), $scope)
                : pack_sockaddr_in($port, inet_pton(AF_INET, $address))) or die "$address $port: $!";
            if ($type == SOCK_STREAM) { listen($s, 100) or die }
            push @all, [$s, $type];
            vec($bits, fileno($s), 1) = 1;
        }
    }
}
$| = 1;
print "ready\n";
while (1) {
    select(my $ready = $bits, undef, undef, undef);
    for my $one (grep { vec($ready, fileno($_->[0]), 1) } @all) {
        if ($one->[1] == SOCK_STREAM) {
            my $from = accept(my $client, $one->[0]);
            syswrite $client, "here\n" if $from;
        } else {
            my $from = recv($one->[0], my $question, 2000, 0);
            send($one->[0], "here\n", 0, $from) if defined $from;
        }
    }
}
