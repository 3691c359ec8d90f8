#!/bin/sh
# SPDX-License-Identifier: MIT
# Unpacks what an aarch64 build links against from a distribution's arm64 packages, so that a desktop can build for a
# board. Needs neither root nor foreign packages on this machine: apt runs on a configuration of its own, which knows
# only that distribution, and checks its signatures as always. Nothing is installed; no program of the sysroot runs.
set -eu

usage() {
    cat <<'TEXT'
Usage: sh scripts/sysroot.sh [--release NAME] [--output FOLDER] [PACKAGE...]
  --release NAME   bookworm (Raspberry Pi OS 12), trixie (Raspberry Pi OS 13) or jammy (JetPack 6); default bookworm.
                   A binary runs on the release it was built for and on later ones.
  --output FOLDER  default: build/sysroot/NAME
  PACKAGE...       further arm64 packages to unpack, with what they depend on
DEBIAN_MIRROR, DEBIAN_SECURITY_MIRROR and UBUNTU_PORTS_MIRROR replace the distributions' own servers.
TEXT
}

fail() {
    echo "sysroot: $*" >&2
    exit 1
}

release=bookworm
output=
extra=
while [ $# -gt 0 ]; do
    case $1 in
        --release | --output)
            [ $# -ge 2 ] || fail "$1 needs a value"
            if [ "$1" = --release ]; then release=$2; else output=$2; fi
            shift
            ;;
        -h | --help) usage && exit 0 ;;
        -*) usage >&2 && fail "unknown option $1" ;;
        *) extra="$extra $1" ;;
    esac
    shift
done

debian=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
debian_security=${DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
ubuntu=${UBUNTU_PORTS_MIRROR:-http://ports.ubuntu.com/ubuntu-ports}
packages="libc6-dev zlib1g-dev libeigen3-dev nlohmann-json3-dev doctest-dev"
# gcc: the newest compiler of the release, whose C++ library the build uses.
case $release in
    bookworm | trixie)
        keyring=/usr/share/keyrings/debian-archive-keyring.gpg
        keyring_package="debian-archive-keyring"
        [ "$release" = bookworm ] && gcc=12 || gcc=14
        ;;
    jammy)
        keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg
        keyring_package="ubuntu-keyring"
        gcc=12
        ;;
    *) fail "unknown release '$release', must be bookworm, trixie or jammy" ;;
esac

for tool in apt-get dpkg-deb tar; do
    command -v $tool >/dev/null || fail "$tool is missing; this script needs Debian, Ubuntu or a relative of theirs"
done
[ -r $keyring ] || fail "$keyring is missing: it holds the keys that sign $release. Install $keyring_package"

# A compiler cannot read the C++ library of a later one.
cross_compiler=${CXX:-aarch64-linux-gnu-g++}
if command -v "$cross_compiler" >/dev/null; then
    own=$("$cross_compiler" -dumpversion | cut -d . -f 1)
    [ "$own" -ge $gcc ] || gcc=$own
fi
packages="$packages libstdc++-$gcc-dev"

cd "$(dirname "$0")/.."
output=${output:-build/sysroot/$release}
mkdir -p "$(dirname "$output")"
output=$(cd "$(dirname "$output")" && pwd)/$(basename "$output")
work=$output.work
rm -rf "$work"
mkdir -p "$work/root/usr/lib" "$work/root/usr/bin" "$work/root/usr/sbin" "$work/apt/state/lists/partial" \
    "$work/apt/cache/archives/partial" "$work/apt/sources.d"
: >"$work/apt/status"

source_list() {
    if [ "$release" = jammy ]; then
        echo "deb [signed-by=$keyring] $ubuntu jammy main universe"
        echo "deb [signed-by=$keyring] $ubuntu jammy-updates main universe"
        echo "deb [signed-by=$keyring] $ubuntu jammy-security main universe"
    else
        echo "deb [signed-by=$keyring] $debian $release main"
        echo "deb [signed-by=$keyring] $debian $release-updates main"
        echo "deb [signed-by=$keyring] $debian_security $release-security main"
    fi
}
source_list >"$work/apt/sources.list"

# The machine's own settings, a proxy for example, stay in force.
cat >"$work/apt/apt.conf" <<CONF
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::State "$work/apt/state";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "$work/apt/sources.d";
Dir::Etc::preferencesparts "$work/apt/sources.d";
CONF
export APT_CONFIG="$work/apt/apt.conf"

echo "sysroot: reading the package lists of $release"
apt-get update -q=2
echo "sysroot: downloading"
# shellcheck disable=SC2086 # lists of words
apt-get install -q=2 --download-only --yes $packages $extra >/dev/null

# As on the board, /lib and /bin are /usr/lib and /usr/bin.
for folder in lib bin sbin; do ln -s "usr/$folder" "$work/root/$folder"; done
for package in "$work"/apt/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" |
        tar -x -C "$work/root" --keep-directory-symlink --no-same-owner --exclude='./usr/share/doc' --exclude='./usr/share/locale'
done

# Absolute links would lead to this machine's own libraries.
find "$work/root" -type l | while read -r link; do
    target=$(readlink "$link")
    case $target in
        /*)
            rm "$link"
            ln -s -r "$work/root$target" "$link"
            ;;
    esac
done

rm -rf "$output"
mv "$work/root" "$output"
rm -rf "$work"
echo "sysroot: $output, $(du -sh "$output" | cut -f 1)"
