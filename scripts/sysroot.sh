#!/bin/sh
# SPDX-License-Identifier: MIT
# Unpacks what a build for another system links against from a distribution's packages, so that a desktop can build for a
# board, or for a C library older than its own. Needs neither root nor foreign packages on this machine: apt runs on a
# configuration of its own (release_apt.sh). Nothing is installed; no program of the sysroot runs.
set -eu

usage() {
    cat <<'TEXT'
Usage: sh scripts/sysroot.sh [--release NAME] [--arch arm64|armhf|amd64] [--output FOLDER] [PACKAGE...]
  --release NAME   bullseye (JetPack 5), bookworm (Raspberry Pi OS 12), trixie (Raspberry Pi OS 13) or jammy (JetPack 6);
                   default bookworm. A binary runs on the release it was built for and on later ones. Of bullseye it has the
                   C library alone, 2.31; the rest, too old there, is bookworm's: build with -DKATAGO_STATIC_RUNTIME=ON
  --arch ARCH      arm64, armhf for 32 bits, or amd64; default arm64
  --output FOLDER  default: build/sysroot/NAME, for armhf and amd64 build/sysroot/NAME-ARCH
  PACKAGE...       further packages of the architecture to unpack, with what they depend on
DEBIAN_MIRROR, DEBIAN_SECURITY_MIRROR and UBUNTU_PORTS_MIRROR replace the distributions' own servers. An empty
DEBIAN_SECURITY_MIRROR leaves Debian's security updates out, where no mirror has them whole.
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
    amd64) compiler=x86_64-linux-gnu-g++ name=$release-amd64 ;;
    *) fail "unknown architecture '$arch', must be arm64, armhf or amd64" ;;
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
# As on the board, /lib and /bin are /usr/lib and /usr/bin.
for folder in lib bin sbin; do ln -s "usr/$folder" "$work/root/$folder"; done

# fetch RELEASE PACKAGE...: downloads the packages, with what they depend on and those of $optional_packages that are there.
fetch() {
    echo "sysroot: reading the package lists of $1, $arch"
    use_release "$1" deb "$arch" "$work/apt-$1"
    shift
    for package in $optional_packages; do
        if apt-cache show "$package" >/dev/null 2>&1; then set -- "$@" "$package"; fi
    done
    echo "sysroot: downloading"
    apt-get install -q=2 --download-only --yes "$@" >/dev/null
}

# unpack RELEASE [EXCEPT]: what was downloaded of it, but for packages whose name the expression EXCEPT matches. The list of
# packages goes into the sysroot: it tells which versions a binary holds.
unpack() {
    for package in "$work/apt-$1"/cache/archives/*.deb; do
        if [ $# -gt 1 ] && dpkg-deb -f "$package" Package | grep -Eq "$2"; then continue; fi
        dpkg-deb --fsys-tarfile "$package" |
            tar -x -C "$work/root" --keep-directory-symlink --no-same-owner --exclude='./usr/share/doc' --exclude='./usr/share/locale'
        dpkg-deb -W --showformat='${Package} ${Version}\n' "$package" >>"$work/root/packages"
    done
}

if [ "$release" = bullseye ]; then
    # XNNPACK would be bookworm's, and not there where the binary runs.
    optional_packages=libvulkan-dev
    # shellcheck disable=SC2086 # lists of words
    fetch bookworm $packages
    optional_packages=
    # shellcheck disable=SC2086
    fetch bullseye libc6-dev libgcc-10-dev $extra
    unpack bookworm '^(libc6|libc6-dev|libc-dev-bin|linux-libc-dev|libcrypt1|libcrypt-dev|libgcc-s1|gcc-12-base)$'
    unpack bullseye
    # The unwinder of GCC 12 calls a function of the C library 2.35.
    compilers=$(echo "$work"/root/usr/lib/gcc/*)
    mv "$compilers/10/libgcc_eh.a" "$compilers/$gcc/libgcc_eh.a"
    rm -r "$compilers/10"
else
    # shellcheck disable=SC2086
    fetch "$release" $packages $extra
    unpack "$release"
fi
sort -o "$work/root/packages" "$work/root/packages"

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
