# SPDX-License-Identifier: MIT
# Sourced by sysroot.sh, xnnpack-source.sh and mesa-new.sh: apt on a configuration of its own, which knows one release of a
# distribution and nothing else. It needs no root, leaves this machine's packages and lists alone, and checks signatures as
# always.
# The script that sources it has a function `fail`.
debian=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
debian_security=${DEBIAN_SECURITY_MIRROR-http://deb.debian.org/debian-security}
ubuntu=${UBUNTU_PORTS_MIRROR:-http://ports.ubuntu.com/ubuntu-ports}

# find_keyring RELEASE: the keys that sign it, as $keyring.
find_keyring() {
    case $1 in
        bullseye | bookworm | trixie | sid) owner=debian keyring_package=debian-archive-keyring ;;
        jammy) owner=ubuntu keyring_package=ubuntu-keyring ;;
        *) fail "unknown release '$1', must be bullseye, bookworm, trixie, sid or jammy" ;;
    esac
    keyring=/usr/share/keyrings/$owner-archive-keyring.gpg
    [ -r $keyring ] || fail "$keyring is missing: it holds the keys that sign $1. Install $keyring_package"
}

# source_list RELEASE KIND: deb for packages, deb-src for their sources.
source_list() {
    if [ "$1" = jammy ]; then
        echo "$2 [signed-by=$keyring] $ubuntu jammy main universe"
        echo "$2 [signed-by=$keyring] $ubuntu jammy-updates main universe"
        echo "$2 [signed-by=$keyring] $ubuntu jammy-security main universe"
    else
        echo "$2 [signed-by=$keyring] $debian $1 main"
        # Updates go into sid directly. Of bullseye, which gets no more, the C library is linked against, not linked in.
        case $1 in bullseye | sid) return 0 ;; esac
        echo "$2 [signed-by=$keyring] $debian $1-updates main"
        if [ -n "$debian_security" ]; then echo "$2 [signed-by=$keyring] $debian_security $1-security main"; fi
    fi
}

# use_release RELEASE KIND ARCHITECTURE FOLDER: from here on apt-get knows that release alone and keeps its files in FOLDER.
# After find_keyring. The machine's own settings, a proxy for example, stay in force.
use_release() {
    mkdir -p "$4/state/lists/partial" "$4/cache/archives/partial" "$4/sources.d"
    : >"$4/status"
    source_list "$1" "$2" >"$4/sources.list"
    cat >"$4/apt.conf" <<CONF
APT::Architecture "$3";
APT::Architectures { "$3"; };
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::State "$4/state";
Dir::State::status "$4/status";
Dir::Cache "$4/cache";
Dir::Etc::sourcelist "$4/sources.list";
Dir::Etc::sourceparts "$4/sources.d";
Dir::Etc::preferencesparts "$4/sources.d";
CONF
    export APT_CONFIG="$4/apt.conf"
    apt-get update -q=2
}
