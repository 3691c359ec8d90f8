#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs one of the scripts beside it against the engine, as `make test` does: what desktop programs say to an engine, said
# again. Exit status 77, with the reason, where something is missing that the script needs.
# Usage: sh tests/clients/run.sh SCRIPT ENGINE DATA SCRATCH
#   SCRIPT   lizzie.py, sabaki.mjs, ...      ENGINE   the katago binary
#   DATA     folder of the reference data    SCRATCH  folder for what a script has to fetch
set -u
here=$(cd "$(dirname "$0")" && pwd)
script=$1
engine=$2
data=${KATAGO_TEST_DATA:-$3}
scratch=$4
model=$data/models/g170-b6c96-s175395328-d26788732.bin.gz
fetch_seconds=60

skip() {
    echo "SKIPPED: $1"
    exit 77
}

# What sabaki.mjs stands on; fetched once, never part of the tree.
need_sabaki_gtp() {
    [ -d "$scratch/node_modules/@sabaki/gtp" ] && return
    command -v npm >/dev/null || skip "$script needs npm to fetch @sabaki/gtp"
    mkdir -p "$scratch"
    timeout $fetch_seconds npm install --prefix "$scratch" --no-audit --no-fund --fetch-retries 0 @sabaki/gtp@3.0.0 \
        >"$scratch/npm.log" 2>&1 || skip "$script needs @sabaki/gtp, which npm could not fetch (see $scratch/npm.log)"
}

[ -x "$engine" ] || skip "no engine at $engine"
[ -f "$model" ] || skip "no network at $model (set KATAGO_TEST_DATA)"
case $script in
*.py)
    command -v python3 >/dev/null || skip "$script needs python3"
    exec python3 "$here/$script" "$engine" "$model"
    ;;
*.mjs)
    command -v node >/dev/null || skip "$script needs node"
    need_sabaki_gtp
    exec node "$here/$script" "$engine" "$model" "$scratch"
    ;;
esac
echo "$script: neither .py nor .mjs"
exit 1
