#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints how many compilers to run at once: one a core, but about 700 MB of memory each, and at least one.
set -eu
cores=$(nproc 2>/dev/null || echo 1)
fit=$(awk '/^(MemAvailable|SwapFree):/ { kib += $2 } END { print int(kib / 700000) }' /proc/meminfo 2>/dev/null || echo "$cores")
[ "$fit" -lt 1 ] && fit=1
[ "$fit" -lt "$cores" ] && cores=$fit
echo "$cores"
