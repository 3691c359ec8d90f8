#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the core of the tests for Arm under qemu, as a board's processor, then the engine itself: a 9x9 game over GTP and an
# analysis query, and of 32 bits its memory with the network that suits such boards. Minutes, not hours: tests that take
# longest under emulation are left out.
# make test-arm64 and test-armhf build what it runs.
# Usage: sh tests/test_arm.sh BUILD SYSROOT CORE
#   BUILD     folder of the cross build     SYSROOT  what its programs run on
#   CORE      cortex-a53, cortex-a72, ...; of 32 bits cortex-a7, cortex-a15, or max: a core of 64 bits that runs 32-bit
#             programs, as a Cortex-A53 does (qemu has none by that name for these)
set -eu
build=$1
sysroot=$2
core=$3
here=$(cd "$(dirname "$0")" && pwd)
data=${KATAGO_TEST_DATA:-$here/../../shared/data}
model=$data/models/random-v8-b3c24.bin.gz
# The network that suits 32-bit boards, and the most that the engine may take with it, in MB.
board_model=$data/models/g170-b6c96-s175395328-d26788732.bin.gz
board_model_mb=20
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
    cortex-a7 | cortex-a15 | max) qemu=qemu-arm best=NEON ;;
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
long='*a flipped bit in the header*,*attention equals the reference*,*whole networks equal*'
long=$long',*plain loops for every batch*,*in batches of 1 to 8*'
[ $qemu = qemu-arm ] || long=$long',*too big to keep transformed*' # 70 MB, of 32 bits 9
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

# guest_memory PID: what the engine has of memory, in MB. Of the pages of qemu's process these are the engine's: -B puts
# them where none of qemu's own are.
guest_base=0x200000000000
guest_memory() {
    awk '/^[0-9a-f]+-/ { is_guest = /^2000/ } is_guest && $1 == "Rss:" { kb += $2 }
        END { printf "%.1f", kb * 1024 / 1e6 }' "/proc/$1/smaps"
}
# The engine's memory after a first move. It answers each command before it reads the next.
memory_of_board_model() {
    mkfifo "$HOME/commands"
    $qemu -B $guest_base -cpu "$core" -L "$sysroot" "$build/katago" gtp -model "$board_model" \
        -config "$here/../configs/rpi3.cfg" -override-config "maxVisits=8,numSearchThreads=2" \
        <"$HOME/commands" >"$HOME/answers" 2>"$HOME/log" &
    engine=$!
    exec 3>"$HOME/commands"
    printf '1 genmove b\n2 name\n' >&3
    while ! grep -q '^=2 ' "$HOME/answers"; do
        kill -0 $engine 2>/dev/null || fail "no move: $(cat "$HOME/log")"
        sleep 1
    done
    memory=$(guest_memory $engine)
    exec 3>&-
    wait $engine || fail "ends with an error: $(cat "$HOME/log")"
    say "memory with b6c96: $memory MB after a first move"
    awk "BEGIN { exit !($memory > 1 && $memory < $board_model_mb) }" || fail "not below $board_model_mb MB"
}
if [ $qemu = qemu-arm ]; then
    if [ -f "$board_model" ]; then memory_of_board_model; else say "SKIPPED: memory, no network at $board_model"; fi
fi

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
