# A program captured by an attacker, in QEMU's place: tries every door, and says which are open.
# Perl's base is on every Debian, needs only /usr/lib, and reaches every system call.
#   captured.pl SOCKET WORD=VALUE...
# It listens at SOCKET, as QEMU does, and to the first who connects it says a line for each door:
#   shut DOOR (ERROR)      or      OPEN DOOR
use strict;
use warnings;
use Socket qw(:all);
use Fcntl;

my ($socket, @facts) = @ARGV;
my %of = map { split /=/, $_, 2 } @facts;

my %call = (
    mmap => 9, munmap => 11, madvise => 28, ptrace => 101, syslog => 103, capset => 126, personality => 135, pivot_root => 155,
    setrlimit => 160, chroot => 161, acct => 163, settimeofday => 164, mount => 165, umount2 => 166,
    swapon => 167, reboot => 169, sethostname => 170, iopl => 172, ioperm => 173,
    init_module => 175, mknod => 133, setgroups => 116, kexec_load => 246, unshare => 272,
    perf_event_open => 298, prlimit => 302, fanotify_init => 300, open_by_handle_at => 304,
    process_vm_readv => 310, bpf => 321, setns => 308,
);

sub call { my ($name, @with) = @_; return syscall($call{$name}, @with) != -1 }
sub reads { open(my $f, '<', shift) or return 0; return defined(sysread $f, my $b, 1) }
sub writes { my $f; return sysopen($f, shift, O_WRONLY | O_CREAT | O_APPEND, 0600) && syswrite($f, 'x') }
sub lists { return opendir(my $d, shift) }
sub runs {
    my ($program) = @_;
    pipe(my $r, my $w);
    my $child = fork // return 0;
    if (!$child) { close $r; no warnings; exec { $program } $program, '--version' or syswrite $w, $! + 0; exec_failed() }
    close $w;
    sysread($r, my $failed, 9);
    waitpid $child, 0;
    $! = $failed || 0;
    return !$failed;
}
sub exec_failed { syscall(231, 1) }
sub inet {
    my ($address, $port) = @_;
    return $address =~ /:/
        ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address))
        : pack_sockaddr_in($port, inet_pton(AF_INET, $address));
}
sub connects { # who lets us in does so at once: he is on this host
    my ($family, $address) = @_;
    socket(my $s, $family, SOCK_STREAM | SOCK_NONBLOCK, 0) or return 0;
    return 1 if connect($s, $address);
    return 0 if !$!{EINPROGRESS};
    vec(my $answered = '', fileno($s), 1) = 1;
    if (!select(undef, $answered, undef, 0.4)) { $! = 110; return 0 }
    $! = unpack 'i', getsockopt($s, SOL_SOCKET, SO_ERROR);
    return $! == 0;
}
sub child_that { # whether a process of its own gets through with it
    my ($act) = @_;
    my $child = fork // return 0;
    if (!$child) { $act->(); syscall(231, 0) }
    waitpid $child, 0;
    return $? == 0;
}

sub doors {
my $directory = $socket =~ s{/[^/]*$}{}r;
my $zero = pack 'x512';
return (
    # Files of the host.
    (map { my $f = $_; ["read $f", sub { reads($f) }] }
        '/etc/passwd', '/etc/shadow', '/etc/hostname', '/proc/self/environ', '/proc/1/root/etc/passwd',
        '/proc/cpuinfo', '/sys/kernel/notes', '/var/lib/dpkg/status', $of{neighbour}, $of{secret}),
    (map { my $d = $_; ["list $d", sub { lists($d) }] }
        '/root', '/home', '/var', '/sys', '/proc', '/usr/bin/..//local', $of{home}),
    (map { my $f = $_; ["write $f", sub { writes($f) }] }
        $of{readable}, "$of{readable}.beside", "$of{writable}.beside", '/x', '/tmp/x', '/etc/x',
        '/etc/resolv.conf', '/usr/lib/x', '/run/x', '/var/x', '/dev/x', '/dev/shm/x', '/proc/sys/kernel/hostname'),
    ['chmod of a file to read', sub { chmod 0777, $of{readable} }],
    ['delete a file to read', sub { unlink $of{readable} }],
    ['rename the writable file', sub { rename $of{writable}, "$of{writable}.away" }],
    ['link out of the directory', sub { link $of{readable}, "$directory/link" }],
    ['a symbolic link leads out', sub { symlink($of{neighbour}, "$directory/leads-out") && reads("$directory/leads-out") }],
    # Devices.
    (map { my $f = $_; ["open $f", sub { sysopen(my $d, $f, O_RDWR) }] }
        '/dev/mem', '/dev/kmem', '/dev/kvm', '/dev/vda', '/dev/sda', '/dev/net/tun', '/dev/fuse',
        '/dev/vhost-net', '/dev/loop-control', '/dev/input/event0', '/dev/console'),
    ['make a device', sub { call('mknod', "$directory/mem", 020600, 1 << 8 | 1) }],
    # Programs.
    (map { my $p = $_; ["run $p", sub { runs($p) }] }
        '/bin/sh', '/usr/bin/bash', '/usr/bin/su', '/usr/bin/sudo', '/usr/bin/bwrap', '/usr/bin/python3'),
    # Other processes.
    ['see the keeper', sub { kill 0, $of{pid} }],
    ['end the keeper', sub { kill 'KILL', $of{pid} }],
    ['trace the keeper', sub { call('ptrace', 16, $of{pid} + 0, 0, 0) }],
    ['read the keeper\'s memory', sub { my $v = pack 'QQ', 0x10000, 8; call('process_vm_readv', $of{pid} + 0, $v, 1, $v, 1, 0) }],
    # Rights.
    ['become root', sub { child_that(sub { syscall(105, 0) == 0 or syscall(231, 1) }) }],
    ['join root\'s group', sub { child_that(sub { syscall(106, 0) == 0 or syscall(231, 1) }) }],
    ['join other groups', sub { my $g = pack 'i2', 0, 6; call('setgroups', 2, $g) }],
    ['gain all capabilities', sub { my $h = pack 'Ii', 0x20080522, 0; my $c = pack 'I6', (0xffffffff) x 6; call('capset', $h, $c) }],
    ['a user namespace of its own', sub { child_that(sub { call('unshare', 0x10000000) or syscall(231, 1) }) }],
    ['a mount namespace of its own', sub { child_that(sub { call('unshare', 0x20000) or syscall(231, 1) }) }],
    ['a network namespace of its own', sub { child_that(sub { call('unshare', 0x40000000) or syscall(231, 1) }) }],
    ['mount', sub { my @w = ('none', $directory, 'tmpfs'); call('mount', @w, 0, 0) }],
    ['bind the root', sub { my @w = ('/', $directory, 'none'); call('mount', @w, 4096, 0) }],
    ['make the root writable', sub { my @w = ('none', '/', 'none'); call('mount', @w, 4096 | 32, 0) }],
    ['unmount', sub { my $w = '/etc/ld.so.cache'; call('umount2', $w, 2) }],
    ['change the root', sub { child_that(sub { my $w = $directory; call('chroot', $w) or syscall(231, 1) }) }],
    ['swap the root', sub { my @w = ($directory, $directory); call('pivot_root', @w) }],
    ['set the host name', sub { my $w = 'x'; call('sethostname', $w, 1) }],
    ['set the clock', sub { my $w = pack 'q2', time, 0; call('settimeofday', $w, 0) }],
    ['load a module', sub { my $w = ''; call('init_module', $zero, 512, $w) }],
    ['load a kernel', sub { call('kexec_load', 0, 0, 0, 0) }],
    ['swap to a file', sub { my $w = $of{writable}; call('swapon', $w, 0) }],
    ['account processes', sub { my $w = $of{writable}; call('acct', $w) }],
    ['reach ports of the processor', sub { call('iopl', 3) }],
    ['reach one port of the processor', sub { call('ioperm', 0x70, 2, 1) }],
    ['watch all files', sub { call('fanotify_init', 0, 0) }],
    ['open a file by its handle', sub { my $h = pack 'Iix8', 8, 1; call('open_by_handle_at', -100, $h, 0) }],
    ['measure the kernel', sub { my $a = pack 'IIQ14', 1, 112, (0) x 14; call('perf_event_open', $a, -1, 0, -1, 0) }],
    # Limits.
    ['more memory than granted', sub { call('mmap', 0, 1 << 30, 3, 0x22, -1, 0) }],
    ['a longer file than granted', sub {
        local $SIG{XFSZ} = 'IGNORE';
        sysopen(my $f, "$directory/long", O_RDWR | O_CREAT) or die "no control: $!";
        truncate($f, 1 << 20) or die "no control: $!";
        my $longer = truncate($f, (1 << 20) + 1);
        my $why = $!; unlink "$directory/long"; $! = $why;
        $longer }],
    ['more processes than granted', sub {
        my @children;
        while (@children < 300) {
            my $child = fork // last;
            if (!$child) { sleep 60; syscall(231, 0) }
            push @children, $child;
        }
        my $why = $!;
        kill 'KILL', @children; waitpid($_, 0) for @children;
        $! = $why;
        @children == 300 }],
    ['the limits of the first process inside, which are none', sub {
        my $of_first = pack 'Q2'; my $own = pack 'Q2';
        syscall($call{prlimit}, 0, $_, 0, $own) == 0 or die "no control: $!" for 9;
        syscall($call{prlimit}, 1, 9, 0, $of_first) == 0 && $of_first ne $own }],
    ['a higher limit', sub { my $l = pack 'Q2', 1 << 30, 1 << 30; call('setrlimit', 1, $l) }],
    ['the host\'s environment', sub { my @set = grep { $_ ne 'PWD' } keys %ENV; $! = 0; scalar @set }],
    # The host beyond the network.
    ['a unix socket of the host', sub { connects(AF_UNIX, pack_sockaddr_un($of{socket})) }],
    ['an abstract socket of the host', sub { connects(AF_UNIX, pack_sockaddr_un("\0$of{abstract}")) }],
    ['a server on the host\'s loopback', sub { connects(AF_INET, inet('127.0.0.1', $of{port})) }],
    ['a server on the host\'s loopback, IPv6', sub { connects(AF_INET6, inet('::1', $of{port})) }],
    ['a server on the host\'s loopback through slirp\'s name for it', sub { connects(AF_INET, inet('10.0.2.2', $of{port})) }],
    (map { my $a = $_; ["the host at $a", sub { connects($a =~ /:/ ? AF_INET6 : AF_INET, inet($a, $of{port})) }] }
        split /,/, $of{addresses}),
    ['raw packets', sub { socket(my $s, AF_INET, SOCK_RAW, 1) }],
    ['whole frames', sub { socket(my $s, 17, SOCK_RAW, 0x0300) }],
    ['take a device down', sub { socket(my $s, AF_INET, SOCK_DGRAM, 0) or die; ioctl($s, 0x8914, my $r = pack('a16 s x22', 'lo', 0)) }],
    ['add an address', sub { socket(my $s, AF_INET, SOCK_DGRAM, 0) or die; ioctl($s, 0x8916, my $r = pack('a16 a16 x8', 'lo', inet('192.168.7.7', 0))) }],
    ['add a route', sub { socket(my $s, AF_INET, SOCK_DGRAM, 0) or die; ioctl($s, 0x890b, my $r = pack('x8 a16 a16 a16 S x54', (inet('10.0.0.0', 0)) x 3, 1)) }],
);
}

# Servers of the network by address, protocol and way: bound to no device, or to one.
sub devices {
    socket(my $s, AF_INET, SOCK_DGRAM, 0) or die;
    return grep { $_ ne 'lo' } map { my $r = pack 'x16 i x20', $_; ioctl($s, 0x8910, $r) ? unpack('Z16', $r) : () } 1 .. 64;
}
# The host is asked only by the way that leads there.
sub ways {
    my ($address) = @_;
    return $socket ne '-' ? ('', devices()) : $address =~ /^fe80/ ? devices() : '';
}
sub network {
    my ($say) = @_;
    my @open;
    for my $target (split /,/, $of{servers} // '') {
        my ($address, $port) = split m{/}, $target;
        for my $type (SOCK_STREAM, SOCK_DGRAM) {
            for my $device (ways($address)) {
                my $name = ($type == SOCK_STREAM ? 'tcp' : 'udp') . " $address $port" . ($device && ' bound');
                my $s;
                socket($s, $address =~ /:/ ? AF_INET6 : AF_INET, $type | SOCK_NONBLOCK, 0) or die;
                if ($device && !setsockopt($s, SOL_SOCKET, 25, $device)) { $say->("shut $name ($!)"); next }
                if (!connect($s, inet($address, $port)) && !$!{EINPROGRESS}) { $say->("shut $name ($!)"); next }
                syswrite $s, 'x' if $type == SOCK_DGRAM;
                push @open, [$s, $name];
            }
        }
    }
    my $end = time + 2;
    while (@open && time < $end) {
        my $r = ''; foreach my $o (@open) { vec($r, fileno($o->[0]), 1) = 1 }
        select(my $ready = $r, undef, undef, 1);
        my @waiting;
        for my $o (@open) {
            if (!vec($ready, fileno($o->[0]), 1)) { push @waiting, $o; next }
            my $answer;
            if (sysread($o->[0], $answer, 100)) { $say->("OPEN $o->[1]") }
            elsif ($!{EAGAIN}) { push @waiting, $o }
            else { $say->("shut $o->[1] ($!)") }
        }
        @open = @waiting;
    }
    $say->("shut $_->[1] (silence)") for @open;
}

# What each advice on memory gives, and the resolver's file.
sub memory {
    my ($say) = @_;
    for my $advice (0 .. 25) {
        my $at = syscall($call{mmap}, 0, 1 << 22, 3, 0x22, -1, 0);
        $! = 0;
        my $done = call('madvise', $at, 1 << 22, $advice);
        $say->("advice $advice " . ($done ? 'done' : "refused ($!)"));
        call('munmap', $at, 1 << 22) or die;
    }
    open(my $resolver, '<', '/etc/resolv.conf') or return;
    $say->("resolver $_") for map { chomp; $_ } <$resolver>;
}

my $out;
if ($socket eq '-') {
    $out = \*STDOUT;
} else {
    socket(my $listening, AF_UNIX, SOCK_STREAM, 0) or die;
    bind($listening, pack_sockaddr_un($socket)) or die "bind: $!";
    listen($listening, 1);
    accept($out, $listening) or die;
}
my $say = sub { syswrite $out, "$_[0]\n" };
if ($of{servers}) {
    network($say);
} elsif ($of{memory}) {
    memory($say);
} else {
    for my $door (doors()) {
        my ($name, $try) = @$door;
        $! = 0;
        my $open = eval { $try->() };
        $say->($@ ? "OPEN $name could not be tried: $@" : $open ? "OPEN $name" : "shut $name ($!)");
    }
    # So that a jail in which nothing works does not pass for one whose doors are shut.
    for my $granted (
        ['read what is granted', sub { reads($of{readable}) }],
        ['write what is granted', sub { writes($of{writable}) }],
        ['make a file in the directory', sub { my $f = "$socket.own"; writes($f) && unlink $f }],
        ['use the null device', sub { writes('/dev/null') }],
    ) {
        $say->($granted->[1]->() ? "works $granted->[0]" : "FAILS $granted->[0] ($!)");
    }
}
$say->('all tried');
