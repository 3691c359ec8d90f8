#!/bin/sh
# SPDX-License-Identifier: MIT
# Analyses a collection of games on several boards at once: GNU Parallel hands each board the next game as soon as it has
# finished one; a game that fails is tried up to three times, on whichever board is free. Each has the engine (see README);
# this machine has the games. Results: OUTPUT/GAME.txt, a row a move; OUTPUT/joblog says where each ran.
# Run again, it goes on with the games that are missing.
set -eu
usage() {
    cat <<'TEXT'
Usage: sh scripts/deploy/fleet.sh --hosts HOST,HOST,... [--model FILE] [--engine FILE] [--visits N] --output FOLDER GAME.sgf...
  --hosts    names for ssh that ask for no password; a name may come with a user: pi@board1. `:` is this machine
  --model    the network's place on the boards (default: the one in the program)
  --engine   the program there (default katago)
  --visits   of each position (default 50)             --output   folder for the results, on this machine
TEXT
}
fail() {
    echo "fleet: $*" >&2
    exit 1
}
hosts='' model='' engine=katago visits=50 output=''
while [ $# -gt 0 ]; do
    case $1 in
        --hosts) hosts=$2 && shift 2 ;;
        --model) model=$2 && shift 2 ;;
        --engine) engine=$2 && shift 2 ;;
        --visits) visits=$2 && shift 2 ;;
        --output) output=$2 && shift 2 ;;
        -h | --help) usage && exit 0 ;;
        -*) usage >&2 && fail "unknown option $1" ;;
        *) break ;;
    esac
done
[ -n "$hosts" ] && [ -n "$output" ] && [ $# -gt 0 ] || { usage >&2 && exit 2; }
command -v parallel >/dev/null || fail "GNU Parallel is missing: apt-get install parallel"
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$output"
# The engine runs on the board, the script that talks to it here: boards need no Python, and no files are copied.
# {%} is the number of the job slot, one for each host.
count=$(echo "$hosts" | tr , '\n' | wc -l)
analyse() {
    host=$(echo "$hosts" | cut -d , -f "$1")
    target=$output/$(basename "$2" .sgf).txt
    if [ -s "$target" ]; then
        echo "fleet: $2 is done already" >&2
        return
    fi
    if [ "$host" != : ]; then set -- "$1" "$2" --ssh "$host"; fi
    game=$2
    shift 2
    echo "fleet: $game on $host" >&2
    python3 "$here/analyse_game.py" "$@" --engine "$engine" ${model:+--model "$model"} --visits "$visits" "$game" >"$target.part" &&
        mv "$target.part" "$target"
}
if [ -n "${FLEET_SLOT:-}" ]; then
    analyse "$FLEET_SLOT" "$1"
    exit
fi
printf '%s\n' "$@" |
    parallel --will-cite --jobs "$count" --retries 3 --joblog "$output/joblog" \
        "FLEET_SLOT={%} sh '$here/fleet.sh' --hosts '$hosts' --model '$model' --engine '$engine' --visits '$visits' --output '$output' {}"
echo "fleet: $(find "$output" -name '*.txt' | wc -l) of $# games are in $output"
