#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes down what the engine does on this board, in one text file that can be sent: what `katago doctor` finds, the heat
# before and after, and the speed and memory of each network, in each precision, on one thread to as many as there are
# cores. Nothing personal is in it (no name of a user or of the machine, no folder of a home, no serial number), and
# nothing is left on the board but the file. Takes about ten minutes.
set -u

usage() {
    cat <<'TEXT'
Usage: sh scripts/board-report.sh [--engine FILE] [--output FILE] [--seconds N] [NETWORK...]
  NETWORK          files to measure beside the network inside the engine
  --engine FILE    default: ./katago of this folder, else the one that is installed
  --output FILE    default: board-report.txt
  --seconds N      of measuring, in all; default: 500
TEXT
}

say() { echo "board-report: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

engine='' output=board-report.txt seconds=500
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage && exit 0 ;;
        --engine | --output | --seconds)
            [ $# -ge 2 ] || fail "$1 needs a value"
            case $1 in
                --engine) engine=$2 ;;
                --output) output=$2 ;;
                --seconds) seconds=$2 ;;
            esac
            shift 2
            ;;
        -*) usage >&2 && fail "unknown option $1" ;;
        *) break ;;
    esac
done
case $seconds in '' | *[!0-9]*) fail "--seconds is '$seconds', must be a whole number" ;; esac
if [ -z "$engine" ]; then
    engine=$(dirname "$0")/../katago
    [ -x "$engine" ] || engine=$(command -v katago) || fail "no engine: build it with make, or name it with --engine"
fi
[ -x "$engine" ] || fail "--engine: '$engine' is no program"
for network in "$@"; do [ -r "$network" ] || fail "cannot read the network '$network'"; done
: >>"$output" || fail "cannot write $output"
work=$(mktemp -d) || fail "cannot make a folder for temporary files"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
report=$work/report
# Measurements of this report stay apart from those that the engine keeps.
settings="homeDataDir=$work/home, logToStderr=false"

cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
threads=$(awk -v n="$cores" 'BEGIN { for (t = 1; t < n; t += t < 4 ? 1 : t < 16 ? 4 : 16) printf "%d,", t; print n }')

# --- What must not be sent ---
quoted() { printf '%s' "$1" | sed 's/[][\\.*^$+?(){}|#]/\\&/g'; }
without_persons() {
    case ${HOME:-/} in /) home=/nowhere ;; *) home=$(quoted "$HOME") ;; esac
    user=$(quoted "$(id -un 2>/dev/null || echo nobody)") host=$(quoted "$(uname -n)")
    sed -E -e "s#$(quoted "$work")#WORK#g" -e "s#$home#~#g" -e 's#/(home|Users|media|mnt)/[^ ",;:]*/#/\1/.../#g' \
        -e "s#/$user(/|[ \",;:]|\$)#/USER\\1#g" -e "s#(^|[^[:alnum:]_-])$host(\$|[^[:alnum:]_-])#\\1HOST\\2#g"
}

heat() { "$engine" doctor 2>/dev/null | grep -E '^[a-z]+ +(temperature|throttling|clock|power):'; }
# What computes a network, and whether it is whole.
network_lines() { "$engine" doctor -model "$1" 2>/dev/null | grep -E '^([a-z]+ +(network|checksum|kernels)|problem +memory):'; }
# The number that a key has in a line of JSON.
number_of() { sed -n "s/^ *\"$1\": *\([0-9.e+-]*\),*\$/\1/p" "$2" | head -n 1; }

# measure NETWORK PRECISION SECONDS: a row for each number of threads.
measure() {
    limit=$(($3 * 4 + 120)) json=$work/json
    set -- "$1" "$2" "$3" -model "$1" -precision "$2" -override-config "$settings" -n 2 -json
    precision=$2 share=$3
    shift 3
    timeout "$limit" "$engine" benchmark "$@" -v 8 -t 1 >"$json" 2>"$work/errors"
    status=$?
    if [ $status -ne 0 ]; then
        [ $status -ne 124 ] || echo "longer than $limit seconds" >>"$work/errors"
        printf '  %-9s not measured: %s\n' "$precision" "$(tail -n 1 "$work/errors")"
        return
    fi
    visits=$(awk -v rate="$(number_of nnEvalsPerSec "$json")" -v seconds="$share" -v positions=2 'BEGIN {
        visits = int(rate * seconds / positions)
        print (visits < 8 ? 8 : visits > 5000 ? 5000 : visits)
    }')
    timeout "$limit" "$engine" benchmark "$@" -v "$visits" -t "$threads" >"$json" 2>"$work/errors" || {
        printf '  %-9s not measured: %s\n' "$precision" "$(tail -n 1 "$work/errors")"
        return
    }
    awk -v precision="$precision" -v visits="$visits" -v memory="$(number_of peakMemoryMB "$json")" '
        { gsub(/[",:]/, "") }
        $1 == "numSearchThreads" { threads = $2 }
        $1 == "visitsPerSec" { printf "  %-9s %7d %10.1f %10d %12.0f\n", precision, threads, $2, visits, memory }' "$json"
}

# --- The report ---
: >"$report"
add() { cat >>"$report"; }
set -- "$@" # the networks
rounds=$#
if "$engine" info -model embedded >/dev/null 2>&1; then
    rounds=$((rounds + 1))
    set -- embedded "$@"
fi
[ $rounds -gt 0 ] || fail "this engine has no network inside: name one"
runs=$(echo "$threads" | tr ',' '\n' | wc -l)
share=$((seconds / (rounds * 4 * (runs + 1))))
[ $share -ge 1 ] || share=1

say "looking at the board"
{
    echo "katago board report, $(date -u +%Y-%m-%d)"
    "$engine" version | sed '/^Git revision/d'
    echo
    echo "== What katago doctor finds"
    "$engine" doctor 2>&1 | grep -E -v '^[a-z]+ +(Sabaki|Lizzie|LizzieYzy|GoGui|OGS|KaTrain|analysis):'
    echo
    echo "== Heat before"
    heat
} | add
started=$(date +%s)
for network in "$@"; do
    {
        echo
        echo "== $(basename "$network")"
        network_lines "$network"
        echo "  precision threads visits/s  visits of a search  MB at most"
        for precision in auto fp32 fp16 int8; do
            say "$(basename "$network"), $precision"
            measure "$network" "$precision" "$share"
        done
    } | add
done
{
    echo
    echo "== Heat after $(($(date +%s) - started)) seconds of measuring"
    heat
} | add
without_persons <"$report" >"$output" || fail "cannot write $output"
say "$output is ready to be sent; read it before"
