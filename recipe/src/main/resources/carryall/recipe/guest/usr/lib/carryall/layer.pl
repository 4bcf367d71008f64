# The user's changes of the system: a layer of files on the personal disk, over the published
# system. What `settle` and `changes` both need to read it.
#
# PERSONAL/system holds: `upper`, the layer as overlayfs writes it; `work`, overlayfs's own;
# `release`, the one that the layer is settled with; `base`, for each changed file what it was as
# published; `base.d`, lists as they were published; `conflicts`, what both sides changed;
# `taken-back`, which was the last taking back.
use strict;
use warnings;
use Fcntl ':mode';

our ($personal, $published, %lists);

# What passes: no change that the user made.
our $volatile = qr{^/(?:
    (?:tmp|var/tmp|var/log|run|boot|dev|proc|sys|var/lib/apt/lists|var/lib/initramfs-tools
        |var/cache/(?!debconf(?:/|$))[^/]+)/.+
    | var/lib/systemd/(?!deb-systemd)[^/]+(?:/.+)?
    | etc/(?:machine-id|hostname|\.pwd\.lock|mtab|[^/]+-) | var/lib/dbus/machine-id
    | var/lib/dpkg/(?:lock.*|.+-old|triggers/Lock) | var/cache/(?:debconf/.+-old|[^/]+\.bin)
    | root/\.(?:bash_history|lesshst) | lost\+found
    )$}x;

# What packages write for themselves.
our $of_packages = qr{^/(?:var/(?:lib/dpkg|lib/apt|cache/debconf)/|etc/ld\.so\.cache$)};

sub slurp {
    my ($file) = @_;
    open my $in, '<', $file or return undef;
    local $/;
    return scalar <$in>;
}

sub escaped { return $_[0] =~ s{([^A-Za-z0-9/._+\@:=~-])}{sprintf '%%%02x', ord $1}ger }
sub plain { return $_[0] =~ s{%([0-9a-f]{2})}{chr hex $1}ger }
sub upper { return "$personal/system/upper" . ($_[0] // '') }
sub lower { return ($published eq '/' ? '' : $published) . ($_[0] // '') }

# Where the published system lies on its disk, once a scratch was begun beside it.
sub below { return -d "$_[0]/.published" ? "$_[0]/.published" : $_[0] }

# How overlayfs writes that a file is gone.
sub is_whiteout {
    my @stat = lstat $_[0];
    return @stat && S_ISCHR($stat[2]) && $stat[6] == 0;
}

# Tells of each path of the layer, of what lies in a folder before the folder.
sub walk {
    my ($path, $seen) = @_;
    opendir my $folder, upper($path) or return;
    for my $name (sort grep { !/^\.\.?$/ } readdir $folder) {
        my $each = "$path/$name";
        my $is_folder = -d upper($each) && !-l upper($each);
        walk($each, $seen) if $is_folder;
        $seen->($each, $is_folder);
    }
}

# All paths of the layer but folders and what passes.
sub changed_paths {
    my @paths;
    walk('', sub { push @paths, $_[0] if !$_[1] && $_[0] !~ $volatile });
    return @paths;
}

# What both sides changed, as long as the publisher's lies beside the user's.
sub conflicts {
    return grep { lstat(upper($_)) && lstat upper("$_.published") }
        map { plain($_) } split /\n/, slurp("$personal/system/conflicts") // '';
}

1;
