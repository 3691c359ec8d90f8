#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs one of the Python test modules in the environment of setup.sh --train, as `make test` does. Exit status 77, with
# the reason, where the environment or a package of it is missing.
# Usage: sh scripts/check/python_tests.sh MODULE [PACKAGE...]   MODULE: network.test_network, ...; PACKAGE: what it imports
set -u
scripts=$(cd "$(dirname "$0")/.." && pwd)
python=$scripts/../.venv/bin/python
module=$1
shift

skip() {
    echo "SKIPPED: $1"
    exit 77
}

[ -x "$python" ] || skip "$module needs .venv (sh scripts/setup.sh --train)"
for package in torch "$@"; do
    "$python" -c "import importlib.util, sys; sys.exit(not importlib.util.find_spec('$package'))" ||
        skip "$module needs $package in .venv (sh scripts/setup.sh --train)"
done
cd "$scripts" || exit 1
exec "$python" -m unittest "$module"
