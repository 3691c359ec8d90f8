#!/bin/sh
# SPDX-License-Identifier: MIT
# The layout of C++ (clang-format) and of Python (ruff): checked, or with --fix made as it should be (`make format`).
# Usage: sh scripts/check/layout.sh [--fix]
set -u
cd "$(dirname "$0")/../.." || exit 1
status=0

cpp_sources() { find src tests scripts \( -name '*.cpp' -o -name '*.h' \) -print | sort; }
ruff=$(command -v .venv/bin/ruff || command -v ruff) || ruff=''

if [ "${1:-}" = --fix ]; then
    cpp_sources | xargs clang-format -i || status=1
    [ -z "$ruff" ] || "$ruff" format --quiet scripts tests || status=1
else
    cpp_sources | xargs clang-format --dry-run -Werror || status=1
    [ -z "$ruff" ] || "$ruff" format --quiet --check scripts tests || status=1
fi
[ -n "$ruff" ] || echo "SKIPPED: the layout of Python needs ruff (pip install -r scripts/check/requirements.txt)"
exit $status
