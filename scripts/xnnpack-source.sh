#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetches and unpacks the source of XNNPACK and of what it is made of, from Debian 13's source packages, so that the engine
# can be built with it inside: no library is then wanted where it runs. Needs no root and installs nothing.
set -eu

usage() {
    cat <<'TEXT'
Usage: sh scripts/xnnpack-source.sh [FOLDER] [PART=ARCHIVE...]
  FOLDER         default: build/xnnpack-source
  PART=ARCHIVE   a part's source that you have, as a .tar.xz or the like: it is not fetched then. With all of them nothing is
Then: make CMAKE_ARGS="-DXNNPACK_SOURCE_DIR=FOLDER/xnnpack -DKATAGO_STATIC_RUNTIME=ON"
The parts are xnnpack, pthreadpool, cpuinfo and fxdiv. DEBIAN_MIRROR and DEBIAN_SECURITY_MIRROR replace Debian's own servers; an
empty DEBIAN_SECURITY_MIRROR leaves the security updates out.
TEXT
}

fail() {
    echo "xnnpack-source: $*" >&2
    exit 1
}

parts="xnnpack pthreadpool cpuinfo fxdiv"
output='' archives=''
for argument; do
    case $argument in
        -h | --help) usage && exit 0 ;;
        -*) usage >&2 && fail "unknown option $argument" ;;
        xnnpack=* | pthreadpool=* | cpuinfo=* | fxdiv=*)
            archive=${argument#*=}
            [ -f "$archive" ] || fail "$argument: there is no file $archive"
            archives="$archives${argument%%=*}=$(cd "$(dirname "$archive")" && pwd)/$(basename "$archive")
"
            ;;
        *=*) fail "$argument: the part must be one of $parts" ;;
        *)
            [ -z "$output" ] || fail "one folder is wanted, there are two: $output and $argument"
            output=$argument
            ;;
    esac
done
# shellcheck source=scripts/release_apt.sh
. "$(dirname "$0")/release_apt.sh"
for tool in tar xz; do
    command -v $tool >/dev/null || fail "$tool is missing; install it (xz-utils has xz)"
done

cd "$(dirname "$0")/.."
output=${output:-build/xnnpack-source}
mkdir -p "$output"
output=$(cd "$output" && pwd)
work=$output/.work
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT

# archive_of PART: the one handed over, or nothing.
archive_of() { printf '%s' "$archives" | sed -n "s/^$1=//p" | tail -n 1; }

# fetch PART: its archive from Debian, whose lists are read once.
fetch() {
    if [ ! -d "$work/apt" ]; then
        command -v apt-get >/dev/null || fail "apt-get is missing, so the sources cannot be fetched; PART=ARCHIVE hands them over"
        find_keyring trixie
        echo "xnnpack-source: reading the lists of Debian 13"
        use_release trixie deb-src "$(dpkg --print-architecture)" "$work/apt" || fail "cannot read the lists of Debian 13"
    fi
    (cd "$work" && apt-get source -q=2 --download-only --tar-only "$1")
}

# unpack PART ARCHIVE: into the part's folder. The authors' own files: Debian's changes are for a build against its other
# packages.
unpack() {
    mkdir "$work/$1"
    tar -x -C "$work/$1" -f "$2" || fail "$1: cannot unpack $2"
    # Some archives have a folder at their top.
    top=$work/$1
    [ -e "$top/CMakeLists.txt" ] || top=$(dirname "$work/$1"/*/CMakeLists.txt)
    [ -e "$top/CMakeLists.txt" ] || fail "$1: $2 has no CMakeLists.txt, so it is not its source"
    rm -rf "${output:?}/$1"
    mv "$top" "$output/$1"
}

# record PART ARCHIVE: the version goes into the list of what is there; Debian's archives are called PART_VERSION.orig.tar.xz.
record() {
    version=$(basename "$2" | sed -n "s/^$1_\(.*\)\.orig\..*/\1/p")
    printf '%s %s\n' "$1" "${version:-unknown}" >>"$output/packages"
}

missing=
: >"$output/packages"
for part in $parts; do
    echo "xnnpack-source: $part"
    archive=$(archive_of $part)
    if [ -z "$archive" ]; then
        fetch $part || {
            missing="$missing $part"
            continue
        }
        archive=$(echo "$work/$part"_*.orig.tar.*)
    fi
    unpack $part "$archive"
    record $part "$archive"
done
for part in $missing; do
    echo "xnnpack-source: cannot fetch Debian 13's source package $part. Another mirror may have it (DEBIAN_MIRROR), or hand over" \
        "its archive, a later release's too:  sh scripts/xnnpack-source.sh $output $part=ARCHIVE.tar.xz" >&2
done
[ -z "$missing" ] || fail "not complete: the other parts are in $output"
echo "xnnpack-source: $output, $(du -sh "$output" | cut -f 1)"
