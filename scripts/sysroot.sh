#!/bin/sh
# SPDX-License-Identifier: MIT
# Unpacks what a build for Arm links against from a distribution's arm64 or armhf packages, so that a desktop can build for
# a board. Needs neither root nor foreign packages on this machine: apt runs on a configuration of its own (release_apt.sh).
# Nothing is installed; no program of the sysroot runs.
set -eu

usage() {
    cat <<'TEXT'
Usage: sh scripts/sysroot.sh [--release NAME] [--arch arm64|armhf] [--output FOLDER] [PACKAGE...]
  --release NAME   bookworm (Raspberry Pi OS 12), trixie (Raspberry Pi OS 13) or jammy (JetPack 6); default bookworm.
                   A binary runs on the release it was built for and on later ones.
  --arch ARCH      arm64, or armhf for 32 bits; default arm64
  --output FOLDER  default: build/sysroot/NAME, for armhf build/sysroot/NAME-armhf
  PACKAGE...       further packages of the architecture to unpack, with what they depend on
DEBIAN_MIRROR, DEBIAN_SECURITY_MIRROR and UBUNTU_PORTS_MIRROR replace the distributions' own servers.
TEXT
}

fail() {
    echo "sysroot: $*" >&2
    exit 1
}

# shellcheck source=scripts/release_apt.sh
. "$(dirname "$0")/release_apt.sh"

release=bookworm
arch=arm64
output=
extra=
while [ $# -gt 0 ]; do
    case $1 in
        --release | --arch | --output)
            [ $# -ge 2 ] || fail "$1 needs a value"
            case $1 in
                --release) release=$2 ;;
                --arch) arch=$2 ;;
                --output) output=$2 ;;
            esac
            shift
            ;;
        -h | --help) usage && exit 0 ;;
        -*) usage >&2 && fail "unknown option $1" ;;
        *) extra="$extra $1" ;;
    esac
    shift
done

case $arch in
    arm64) compiler=aarch64-linux-gnu-g++ name=$release ;;
    armhf) compiler=arm-linux-gnueabihf-g++ name=$release-armhf ;;
    *) fail "unknown architecture '$arch', must be arm64 or armhf" ;;
esac
packages="libc6-dev zlib1g-dev libeigen3-dev nlohmann-json3-dev doctest-dev"
# Kernels beside our own, and headers of Vulkan: without them the engine is built all the same.
optional_packages="libxnnpack-dev libpthreadpool-dev libvulkan-dev"
# The newest compiler of the release, whose C++ library the build uses.
case $release in
    trixie) gcc=14 ;;
    *) gcc=12 ;;
esac

for tool in apt-get dpkg-deb tar; do
    command -v $tool >/dev/null || fail "$tool is missing; this script needs Debian, Ubuntu or a relative of theirs"
done
find_keyring "$release"

# A compiler cannot read the C++ library of a later one.
cross_compiler=${CXX:-$compiler}
if command -v "$cross_compiler" >/dev/null; then
    own=$("$cross_compiler" -dumpversion | cut -d . -f 1)
    [ "$own" -ge $gcc ] || gcc=$own
fi
packages="$packages libstdc++-$gcc-dev"

cd "$(dirname "$0")/.."
output=${output:-build/sysroot/$name}
mkdir -p "$(dirname "$output")"
output=$(cd "$(dirname "$output")" && pwd)/$(basename "$output")
work=$output.work
rm -rf "$work"
mkdir -p "$work/root/usr/lib" "$work/root/usr/bin" "$work/root/usr/sbin"

echo "sysroot: reading the package lists of $release, $arch"
use_release "$release" deb "$arch" "$work/apt"
for package in $optional_packages; do
    if apt-cache show "$package" >/dev/null 2>&1; then packages="$packages $package"; fi
done
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
