#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the core of the tests for Arm under qemu, as a board's processor, then the engine itself: a 9x9 game over GTP and an
# analysis query. Minutes, not hours: tests that take longest under emulation are left out.
# make test-arm64 and test-armhf build what it runs.
# Usage: sh tests/test_arm.sh BUILD SYSROOT CORE
#   BUILD     folder of the cross build     SYSROOT  what its programs run on
#   CORE      cortex-a53, cortex-a72, ...; of 32 bits cortex-a7 or cortex-a15
set -eu
build=$1
sysroot=$2
core=$3
here=$(cd "$(dirname "$0")" && pwd)
data=${KATAGO_TEST_DATA:-$here/../../shared/data}
model=$data/models/random-v8-b3c24.bin.gz
# Measured kernels are kept in HOME: each core shall measure its own. Cores are tried side by side: each has its own files.
HOME=$(mktemp -d) && export HOME TMPDIR="$HOME"
trap 'rm -rf "$HOME"' EXIT

say() { echo "test_arm: $core: $*"; }
fail() {
    say "$*" >&2
    exit 1
}
run() { $qemu -cpu "$core" -L "$sysroot" "$@"; }

# FP16 arithmetic and the dot product came with ARMv8.2; the cores before it are named here.
qemu=qemu-aarch64
case $core in
    cortex-a7 | cortex-a15) qemu=qemu-arm best=NEON ;;
    cortex-a35 | cortex-a53 | cortex-a57 | cortex-a72) best=NEON ;;
    *) best='NEON FP16 and dot product' ;;
esac
kernels=$(run "$build/katago" version | sed -n '/^Backend /{s/^[^:]*: //p;q}')
say "kernels: $kernels"
own=${kernels%%;*}
[ "${own##*, }" = "$best" ] || fail "its kernels are those of $best"
# Boards of at most 9x9 have every kind of tile and of rest; bigger ones are for the processors that run these tests themselves.
export KATAGO_TEST_SMALL_BOARDS=1
# The first asks nothing of the processor; the others compare with the plain backend, in double precision, what the kernels'
# own tests compare with plain loops, and the networks below with the reference engine.
long='*a flipped bit in the header*,*attention equals the reference*,*too big to keep transformed*,*whole networks equal*'
long=$long',*plain loops for every batch*,*in batches of 1 to 8*'
for folder in core nn backend; do
    say "tests/$folder"
    run "$build/tests_$folder" --minimal=true --test-case-exclude="$long" || fail "tests/$folder failed"
done
[ -f "$model" ] || {
    say "SKIPPED: no network at $model (set KATAGO_TEST_DATA)"
    exit 0
}
say "networks answer as the reference engine does"
KATAGO_GOLDEN_SMALL=1 run "$build/tests_eval" --minimal=true -tc='evaluator: networks answer*' || fail "other answers"

# Ten moves of a game against itself.
game() {
    echo "boardsize 9"
    for color in b w b w b w b w b w; do echo "genmove $color"; done
    printf 'showboard\nfinal_score\nquit\n'
}
game | run "$build/katago" gtp -model "$model" -override-config "maxVisits=8,numSearchThreads=2,allowResignation=false" \
    >"$HOME/game" 2>"$HOME/log" || fail "no game: $(cat "$HOME/log")"
[ "$(grep -cE '^= ([A-HJ][1-9]|pass)$' "$HOME/game")" = 10 ] || fail "not ten moves: $(cat "$HOME/game")"

# chosen TEXT OPTION...: `tune` of the network says of itself what it is computed with.
chosen() {
    wanted=$1
    shift
    run "$build/katago" tune -model "$model" "$@" >"$HOME/choice" || fail "tune fails"
    sed -n "s/^\(Precision\|Against\)/test_arm: $core: \1/p" "$HOME/choice"
    grep -q "^Precision: $wanted" "$HOME/choice" || fail "not computed as wanted, $wanted"
}
# The measured choice. Emulated FP16 arithmetic is far slower than a core's and seldom chosen, so it is made to look fast;
# the network is then computed in FP16. Arm of 32 bits has no kernels for it.
measured=$HOME/.katago/tuning/kernels-$(echo "$best" | tr ' ' -).txt
[ -f "$measured" ] || fail "no measured kernels in $measured"
if [ $qemu = qemu-aarch64 ]; then
    sed '$d; s/winograd_f16 [0-9.e-]*/winograd_f16 1e-6/' "$measured" >"$HOME/kernels"
    echo "sha256 $(sha256sum <"$HOME/kernels" | cut -d ' ' -f 1)" >>"$HOME/kernels"
    mv "$HOME/kernels" "$measured"
    chosen 'FP16 in'
fi
case $kernels in
    *XNNPACK*) chosen '.*XNNPACK computes [1-9]' -override-config nnKernels=xnnpack ;;
esac
echo '{"id":"q","boardXSize":9,"boardYSize":9,"komi":7,"rules":"chinese","moves":[["B","E5"]],"maxVisits":8}' |
    run "$build/katago" analysis -model "$model" >"$HOME/answer" 2>"$HOME/log" || fail "$(cat "$HOME/log")"
grep -q '"id":"q".*"rootInfo"' "$HOME/answer" || fail "no answer to a query: $(cat "$HOME/answer")"
say "a game and a query are well"
