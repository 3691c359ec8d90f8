#!/bin/sh
# SPDX-License-Identifier: MIT
# Lists networks of the KataGo project that make sense on small computers, downloads one, checks it, and puts it where
# ./katago finds it. An interrupted download goes on where it was.
set -u

usage() {
    cat <<'TEXT'
Usage: sh scripts/get-network.sh                 list the networks
       sh scripts/get-network.sh NAME            download one to ~/.katago/default_model.bin.gz
  --to FILE        put it there instead
  --benchmark      then measure its evaluations a second on this machine
  --url URL        from another place (a mirror; file: works too)
TEXT
}

say() { echo "get-network: $*"; }
fail() {
    echo "get-network: $*" >&2
    exit 1
}

# name|size, about|what for|sha256, empty where none is known|address
table() {
    cat <<'TEXT'
b18c384nbt|98 MB|strongest of its time; desktops, seconds a move on a Pi 5|9d7a6afed8ff5b74894727e156f04f0cd36060a24824892008fbb6e0cba51f1d|https://media.katagotraining.org/uploaded/networks/models/kata1/kata1-b18c384nbt-s9996604416-d4316597426.bin.gz
b10c384h6nbttflrs|38 MB|half the cost of b18c384nbt, KaTrain's default|0ba27eced5180b3e3d0b898b280c541112989765e789d1eb6cd0d31b2b2c1229|https://github.com/lightvector/KataGo/releases/download/v1.17.1/b10c384h6nbttflrs.bin.gz
b18c384nbt-humanv0|100 MB|plays like people of a chosen rank (-human-model)||https://github.com/lightvector/KataGo/releases/download/v1.15.0/b18c384nbt-humanv0.bin.gz
g170e-b20c256x2|90 MB|of 2020, for comparison||https://github.com/lightvector/KataGo/releases/download/v1.4.5/g170e-b20c256x2-s5303129600-d1228401921.bin.gz
TEXT
}

list() {
    table | while IFS='|' read -r name size use _ _; do
        printf '%-20s %6s  %s\n' "$name" "$size" "$use"
    done
}

sha256_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# download URL FILE: goes on with a file that is there in part.
download() {
    if command -v curl >/dev/null; then
        curl --fail --location --continue-at - --retry 3 --retry-delay 1 --progress-bar --output "$2" "$1"
    elif command -v wget >/dev/null; then
        wget --continue --tries 3 -O "$2" "$1"
    else
        fail "needs curl or wget: apt-get install curl"
    fi
}

name=
to=${HOME:-.}/.katago/default_model.bin.gz
url=
benchmark=no
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --benchmark) benchmark=yes ;;
        --to | --url)
            [ $# -ge 2 ] || { usage >&2; fail "$1 needs a value"; }
            [ "$1" = --to ] && to=$2 || url=$2
            shift
            ;;
        -*) usage >&2; fail "unknown option $1" ;;
        *)
            [ -z "$name" ] || fail "one network at a time: $name or $1?"
            name=$1
            ;;
    esac
    shift
done
if [ -z "$name" ]; then
    list
    exit 0
fi

row=$(table | grep "^$name|") || { list >&2; fail "unknown network $name; the known ones are above"; }
wanted=$(echo "$row" | cut -d '|' -f 4)
[ -n "$url" ] || url=$(echo "$row" | cut -d '|' -f 5)

# A link stays, and only a regular file is replaced.
[ ! -L "$to" ] || to=$(readlink -f "$to") || fail "cannot follow the link $to"
[ ! -e "$to" ] || [ -f "$to" ] || fail "$to is no regular file; name the file to write with --to"
if [ -f "$to" ] && [ -n "$wanted" ] && [ "$(sha256_of "$to")" = "$wanted" ]; then
    say "$to is $name already"
    exit 0
fi
mkdir -p "$(dirname "$to")" || fail "cannot make the folder of $to"
part=$to.$name.part
say "downloading $url"
download "$url" "$part"
status=$?
if [ $status -ne 0 ]; then
    # 23 and 3: what came could not be written.
    case $status in
        23 | 3) fail "cannot write $part: is the disk full? Free some space and run the same command again" ;;
    esac
    fail "the download broke off (status $status); no network, or none at this address. The same command goes on with what came"
fi

found=$(sha256_of "$part") || fail "cannot read $part"
if [ -n "$wanted" ] && [ "$found" != "$wanted" ]; then
    rm -f "$part"
    fail "$url: sha256 is $found, must be $wanted; what came was removed, $to was not touched"
fi
if ! gzip -t "$part" 2>/dev/null; then
    rm -f "$part"
    fail "$url: not a whole compressed file; what came was removed, $to was not touched"
fi
mv -f "$part" "$to" || fail "cannot rename $part to $to"
[ -n "$wanted" ] || say "no checksum is known; sha256 is $found"
say "$name is in $to"

if [ $benchmark = yes ]; then
    engine=$(dirname "$0")/../katago
    [ -x "$engine" ] || fail "--benchmark needs ./katago: make"
    "$engine" benchmarknn -model "$to" | tail -n 12
fi
