#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetches and unpacks the source of XNNPACK and of what it is made of, from Debian 13's source packages, so that the engine
# can be built with it inside: no library is then wanted where it runs. Needs no root and installs nothing.
set -eu

usage() {
    cat <<'TEXT'
Usage: sh scripts/xnnpack-source.sh [FOLDER]
  FOLDER   default: build/xnnpack-source
Then: make CMAKE_ARGS="-DXNNPACK_SOURCE_DIR=FOLDER/xnnpack -DKATAGO_STATIC_RUNTIME=ON"
DEBIAN_MIRROR and DEBIAN_SECURITY_MIRROR replace Debian's own servers.
TEXT
}

fail() {
    echo "xnnpack-source: $*" >&2
    exit 1
}

case ${1:-} in
    -h | --help) usage && exit 0 ;;
    -*) usage >&2 && fail "unknown option $1" ;;
esac
[ $# -le 1 ] || fail "one folder is wanted, there are $#: $*"
# shellcheck source=scripts/release_apt.sh
. "$(dirname "$0")/release_apt.sh"
for tool in apt-get tar xz; do
    command -v $tool >/dev/null || fail "$tool is missing; this script needs Debian, Ubuntu or a relative of theirs, and xz-utils"
done
find_keyring trixie

cd "$(dirname "$0")/.."
output=${1:-build/xnnpack-source}
mkdir -p "$output"
output=$(cd "$output" && pwd)
work=$output/.work
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
echo "xnnpack-source: reading the lists of Debian 13"
use_release trixie deb-src "$(dpkg --print-architecture)" "$work/apt"

# The authors' own files: Debian's changes are for a build against its other packages.
for part in xnnpack pthreadpool cpuinfo fxdiv; do
    echo "xnnpack-source: $part"
    mkdir "$work/$part"
    (cd "$work" && apt-get source -q=2 --download-only --tar-only $part) || fail "cannot fetch the source package $part"
    tar -x -C "$work/$part" -f "$work/$part"_*.orig.tar.xz
    # Some archives have a folder at their top.
    top=$work/$part
    [ -e "$top/CMakeLists.txt" ] || top=$(dirname "$work/$part"/*/CMakeLists.txt)
    [ -e "$top/CMakeLists.txt" ] || fail "the source package $part has no CMakeLists.txt"
    rm -rf "${output:?}/$part"
    mv "$top" "$output/$part"
done
echo "xnnpack-source: $output, $(du -sh "$output" | cut -f 1)"
