#!/bin/sh
# SPDX-License-Identifier: MIT
# `make fuzz`: runs each fuzzer for some seconds, several at a time, and says which found something. The corpora grow in
# BUILD/corpus; inputs that crash are kept in BUILD/findings. Usage: sh tests/fuzz/run.sh BUILD SECONDS JOBS
set -u
build=$(cd "$1" && pwd) || exit 1
seconds=$2
jobs=$3
data=${KATAGO_TEST_DATA:-$(cd "$(dirname "$0")/../.." && pwd)/../shared/data}
mkdir -p "$build/findings" "$build/scratch"
"$build/fuzz_seeds" "$build/seeds" "$data" || exit 1

export build seconds
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
# Inputs are small: what takes a minute (on a busy machine) or two gigabytes is a finding too.
one='
    mkdir -p "$build/corpus/$0"
    cd "$build/scratch" || exit 1
    log="$build/findings/$0.log"
    if nice -n 15 "$build/fuzz_$0" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 -max_len=40000 \
        -artifact_prefix="$build/findings/$0-" -print_final_stats=1 "$build/corpus/$0" "$build/seeds/$0" >"$log" 2>&1
    then
        runs=$(sed -n "s/^stat::number_of_executed_units: *//p" "$log")
        echo "fuzz: $0: $runs inputs, nothing found"
    else
        echo "fuzz: $0: FOUND SOMETHING, see $log"
        exit 1
    fi'
find "$build/seeds" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | xargs -P "$jobs" -n 1 sh -c "$one"
