#!/bin/sh
# SPDX-License-Identifier: MIT
# Serves `katago analysis` on a TCP port: who connects talks JSON lines with an engine of their own, which ends with the
# connection. Needs socat. (With systemd, katago-analysis.socket does the same.)
# Environment:
#   KATAGO_MODEL             the network, default `embedded`: the one in the program
#   KATAGO_CONFIG            default /usr/share/katago/configs/analysis.cfg
#   KATAGO_ADDRESS           address to listen on, default 127.0.0.1; anybody who reaches it may use the engine
#   KATAGO_PORT              default 2818
#   KATAGO_MAX_CONNECTIONS   default 2; each engine keeps all cores busy
#   KATAGO                   the program, default katago
set -eu
fail() {
    echo "serve: $*" >&2
    exit 1
}
config=${KATAGO_CONFIG:-/usr/share/katago/configs/analysis.cfg}
export KATAGO_MODEL="${KATAGO_MODEL:-embedded}" KATAGO_CONFIG="$config" KATAGO="${KATAGO:-katago}"
command -v socat >/dev/null || fail "socat is missing; install it"
command -v "$KATAGO" >/dev/null || fail "no program '$KATAGO'"
[ "$KATAGO_MODEL" = embedded ] || [ -r "$KATAGO_MODEL" ] || fail "KATAGO_MODEL: cannot read '$KATAGO_MODEL'"
[ -r "$config" ] || fail "KATAGO_CONFIG: cannot read '$config'"
echo "serve: analysis on ${KATAGO_ADDRESS:-127.0.0.1}:${KATAGO_PORT:-2818} with $KATAGO_MODEL" >&2
# nofork: the connection itself is the engine's input and output. The engine thus learns at once when it breaks, and may
# still answer a client that has only said all; of one that vanished without a word the system learns by keepalive.
# Names reach the engine through the environment, so that no character in them means anything to socat.
exec socat \
    "TCP-LISTEN:${KATAGO_PORT:-2818},bind=${KATAGO_ADDRESS:-127.0.0.1},reuseaddr,keepalive,keepidle=30,keepintvl=10,keepcnt=3,fork,max-children=${KATAGO_MAX_CONNECTIONS:-2}" \
    SYSTEM:'exec "$KATAGO" analysis -model "$KATAGO_MODEL" -config "$KATAGO_CONFIG"',nofork
