#!/bin/sh
# SPDX-License-Identifier: MIT
# Tries the recipes of this folder on this machine, as `make test` does. Exit status 77, with the reason, where something
# is missing that a recipe needs.
# Usage: sh scripts/deploy/test.sh RECIPE ENGINE DATA SCRATCH
#   RECIPE   python, node, serve, socket, fleet, package, units, doctor, report
#   ENGINE   the katago binary     DATA  folder of the reference data     SCRATCH  folder for files
set -eu
here=$(cd "$(dirname "$0")" && pwd)
recipe=$1
engine=$2
model=${KATAGO_TEST_DATA:-$3}/models/random-v8-b3c24.bin.gz
scratch=$4/$recipe
port=$((20000 + $$ % 20000))
server=

skip() {
    echo "SKIPPED: $1"
    exit 77
}
fail() {
    echo "$recipe: $1" >&2
    exit 1
}
need() { command -v "$1" >/dev/null || skip "$recipe needs $1"; }
stop_server() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; }
trap stop_server EXIT

case $recipe in package | units | doctor | report) ;; *) [ -f "$model" ] || skip "no network at $model (set KATAGO_TEST_DATA)" ;; esac
rm -rf "$scratch"
mkdir -p "$scratch"
HOME=$scratch && export HOME # where measured kernels are kept
game=$scratch/game.sgf
echo '(;GM[1]FF[4]SZ[9]KM[7]RU[chinese];B[ee];W[ce];B[gc];W[gg];B[];W[])' >"$game"

# A row for each of the six moves, the fields of which make sense.
check_report() {
    awk 'NR == 1 { next } NF != 7 || $1 != NR - 1 || $2 !~ /^[BW]$/ || $5 !~ /^[0-9.]+%$/ || $7 < 0 { bad = 1 }
        END { exit bad || NR != 7 }' "$1" || fail "not the report of six moves: $(cat "$1")"
}
# The server answers once it listens.
analyse_there() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        if python3 "$here/analyse_game.py" --connect "127.0.0.1:$port" --engine "$engine" --visits 4 "$game" >"$scratch/report" 2>"$scratch/errors"
        then return; fi
        sleep 1
    done
    fail "no answer on port $port: $(cat "$scratch/errors" "$scratch/log")"
}
# A client that breaks the connection off in the middle of a search: its engine ends.
break_off_there() {
    python3 -c '
import socket, struct, sys
client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
client.sendall(b"""{"id":"q","moves":[],"rules":"chinese","boardXSize":9,"boardYSize":9,"maxVisits":100000000}
{"id":"v","action":"query_version"}\n""")
assert b"query_version" in client.recv(1000)
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))' "$port" || fail "$(cat "$scratch/log")"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -n "$(ps -o pid= --ppid "$server")" ] || return 0
        sleep 1
    done
    fail "the engine goes on though its client has gone"
}

# Runs an example, without a network named, on a game that only the engine's reader understands: a server's komi, set-up
# after the root, a comment whose last byte is a backslash.
unclear() {
    printf '(;CA[Big5]SiZe[9]KM[375]RU[cn];AB[cc];W[ee]C[\245\\];B[gg])' >"$scratch/unclear.sgf"
    "$@" >"$scratch/report" 2>"$scratch/errors" || fail "$(cat "$scratch/errors")"
    grep -q 'KM\[375\] is read as hundredths: komi 7.5' "$scratch/errors" || fail "komi: $(cat "$scratch/errors")"
    grep -q 'B G3' "$scratch/report" || fail "not the game: $(cat "$scratch/report")"
}

case $recipe in
python)
    need python3
    python3 "$here/analyse_game.py" --engine "$engine" --model "$model" --visits 4 "$game" >"$scratch/report"
    check_report "$scratch/report"
    if python3 "$here/analyse_game.py" --engine "$engine" --model "$scratch/none.bin.gz" "$game" >"$scratch/report" 2>&1
    then fail "no complaint about a network that is not there"; fi
    if python3 "$here/analyse_game.py" --engine "$scratch/none" "$game" >"$scratch/report" 2>&1
    then fail "no complaint about an engine that is not there"; fi
    grep -q "$scratch/none: no such program; --engine says where" "$scratch/report" || fail "$(cat "$scratch/report")"
    unclear python3 "$here/analyse_game.py" --engine "$engine" --visits 4 "$scratch/unclear.sgf"
    ;;
node)
    need node
    node "$here/analyse_game.mjs" "$engine" "$model" "$game" 4 >"$scratch/report"
    [ "$(grep -c 'black wins' "$scratch/report")" = 7 ] || fail "not seven positions: $(cat "$scratch/report")"
    unclear node "$here/analyse_game.mjs" "$engine" "$scratch/unclear.sgf" 4
    ;;
serve)
    need python3 && need ps && need socat
    KATAGO=$engine KATAGO_MODEL=$model KATAGO_PORT=$port KATAGO_CONFIG=$here/../../configs/analysis.cfg \
        sh "$here/serve.sh" >"$scratch/log" 2>&1 &
    server=$!
    analyse_there
    check_report "$scratch/report"
    break_off_there
    ;;
socket)
    # What systemd does for katago-analysis.socket.
    need python3 && need ps && need systemd-socket-activate
    systemd-socket-activate --accept --inetd -E HOME -l "127.0.0.1:$port" "$engine" analysis -model "$model" \
        >"$scratch/log" 2>&1 &
    server=$!
    analyse_there
    check_report "$scratch/report"
    break_off_there
    ;;
fleet)
    need python3 && need parallel
    for number in 1 2 3 4; do cp "$game" "$scratch/game$number.sgf"; done
    sh "$here/fleet.sh" --hosts :,: --engine "$engine" --model "$model" --visits 4 --output "$scratch/out" \
        "$scratch"/game?.sgf 2>"$scratch/log" || fail "$(cat "$scratch/log")"
    for number in 1 2 3 4; do check_report "$scratch/out/game$number.txt"; done
    [ "$(tail -n +2 "$scratch/out/joblog" | wc -l)" = 4 ] || fail "not four jobs: $(cat "$scratch/out/joblog")"
    ;;
package)
    need dpkg-deb && need dpkg-shlibdeps
    sh "$here/package.sh" --binary "$engine" --arch "$(dpkg --print-architecture)" --output "$scratch" >"$scratch/log" ||
        fail "$(cat "$scratch/log")"
    dpkg-deb -f "$scratch"/katago_*.deb Depends | grep -q 'libc6 (>= .*zlib1g' || fail "does not depend on libc6 and zlib1g"
    case $("$engine" version) in
        *libXNNPACK.so*) dpkg-deb -f "$scratch"/katago_*.deb Recommends | grep -q '^libxnnpack0' || fail "does not recommend XNNPACK" ;;
    esac
    if grep -aq vkQueueSubmit "$engine"; then
        dpkg-deb -f "$scratch"/katago_*.deb Suggests | grep -qx libvulkan1 || fail "does not suggest Vulkan's library"
    fi
    dpkg-deb -x "$scratch"/katago_*.deb "$scratch/root"
    "$scratch/root/usr/bin/katago" version >/dev/null || fail "the packaged engine does not run"
    for file in usr/share/katago/configs/rpi4.cfg etc/katago/analysis.cfg usr/share/man/man1/katago.1.gz \
        usr/share/doc/katago/copyright usr/lib/systemd/system/katago-analysis.socket; do
        [ -s "$scratch/root/$file" ] || fail "the package lacks $file"
    done
    tar -xzf "$scratch"/katago_*.tar.gz -C "$scratch"
    unpacked=$(echo "$scratch"/katago_*/katago)
    "$unpacked" version >/dev/null || fail "the engine of the .tar.gz does not run"
    if command -v lintian >/dev/null; then
        lintian --allow-root --fail-on error "$scratch"/katago_*.deb || fail "lintian finds errors"
    fi
    ;;
units)
    need systemd-analyze
    mkdir -p "$scratch/units"
    cp "$here/katago-analysis.socket" "$scratch/units/"
    # The program and the manual page of the package are not installed here.
    sed "s|/usr/bin/katago|$engine|" "$here/katago-analysis@.service" >"$scratch/units/katago-analysis@.service"
    sed -i '/^Documentation=/d' "$scratch"/units/*
    systemd-analyze verify "$scratch/units/katago-analysis.socket" "$scratch/units/katago-analysis@.service" \
        >"$scratch/log" 2>&1 || true
    if grep katago "$scratch/log"; then fail "systemd finds fault with the units"; fi
    ;;
doctor)
    # What only a process of its own can show: a library that cannot be opened, and another processor asked for.
    "$engine" doctor >"$scratch/log" 2>&1 || true
    grep -q '^ok  *Sabaki: ' "$scratch/log" || fail "$(cat "$scratch/log")"
    library=$("$engine" version | grep -o 'libXNNPACK\.so[.0-9]*' | head -n 1) || true
    if [ -n "$library" ]; then
        mkdir -p "$scratch/lib"
        echo 'no library' >"$scratch/lib/$library"
        LD_LIBRARY_PATH=$scratch/lib "$engine" doctor -kernels xnnpack >"$scratch/log" 2>&1 || true
        grep -q "^note  *kernels: .*cannot open $library.* -> install the library" "$scratch/log" || fail "$(cat "$scratch/log")"
    fi
    if KATAGO_CPU_FEATURES=none "$engine" doctor >"$scratch/log" 2>&1; then fail "no complaint about KATAGO_CPU_FEATURES"; fi
    grep -q "^problem  *configuration: KATAGO_CPU_FEATURES is 'none'" "$scratch/log" || fail "$(cat "$scratch/log")"
    grep -q '^ok  *Sabaki: ' "$scratch/log" || fail "one fault stops the others: $(cat "$scratch/log")"
    ;;
report)
    need timeout && need awk
    # A network with a name and a home that must not show.
    private=$scratch/private-person
    mkdir -p "$private"
    cp "$here/../train/default_network/default.safetensors" "$private/own.safetensors"
    HOME=$private sh "$here/../board-report.sh" --engine "$engine" --output "$scratch/board.txt" --seconds 1 \
        "$private/own.safetensors" 2>"$scratch/log" || fail "$(cat "$scratch/log")"
    grep -q 'own.safetensors, int8' "$scratch/log" || fail "no progress: $(cat "$scratch/log")"
    for word in 'katago board report' '== What katago doctor finds' '== Heat before' '== own.safetensors' '== Heat after' \
        '^ok  *system: ' '^ok  *network: '; do
        grep -q "$word" "$scratch/board.txt" || fail "the report lacks '$word': $(cat "$scratch/board.txt")"
    done
    for precision in auto fp32 fp16 int8; do
        grep -Eq "^  $precision +1 +[0-9.]+ +[0-9]+ +[0-9]+\$" "$scratch/board.txt" ||
            fail "no speed of $precision: $(cat "$scratch/board.txt")"
    done
    for word in private-person "$(id -un)/" "[^[:alnum:]]$(uname -n)[^[:alnum:]]" Serial; do
        if grep -q -e "$word" "$scratch/board.txt"; then fail "'$word' is in the report: $(cat "$scratch/board.txt")"; fi
    done
    [ -z "$(find "$private" -name .katago)" ] || fail "something is left in the home folder"
    ;;
*) fail "no such recipe" ;;
esac
echo "$recipe: all is well"
