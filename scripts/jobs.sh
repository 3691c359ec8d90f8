#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints how many compilers to run at once: one a core, but about 700 MB of memory each, and at least one.
set -eu
cores=$(nproc 2>/dev/null || echo 1)
# In a container the machine's figures promise too much.
read_or() { cat "$1" 2>/dev/null || echo "$2"; }
cores=$(read_or /sys/fs/cgroup/cpu.max max | awk -v cores="$cores" \
    '$1 != "max" && $1 / $2 < cores { cores = $1 / $2; cores = cores < 1 ? 1 : int(cores) } { print cores }')
fit=$(awk '/^(MemAvailable|SwapFree):/ { kib += $2 } END { print int(kib / 700000) }' /proc/meminfo 2>/dev/null || echo "$cores")
allowed=$(read_or /sys/fs/cgroup/memory.max max | awk -v fit="$fit" '$1 != "max" && $1 / 717e6 < fit { fit = int($1 / 717e6) } { print fit }')
fit=${allowed:-$fit}
[ "$fit" -lt 1 ] && fit=1
[ "$fit" -lt "$cores" ] && cores=$fit
echo "$cores"
