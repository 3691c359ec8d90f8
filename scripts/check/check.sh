#!/bin/sh
# SPDX-License-Identifier: MIT
# `make check`: layering, sizes, layout, static analysis, scripts. Goes on after a fault, so that one run shows all.
# Needs clang-format, clang-tidy and python3; ruff, lizard and shellcheck where they are installed.
# Usage: sh scripts/check/check.sh [JOBS]
set -u
cd "$(dirname "$0")/../.." || exit 1
jobs=${1:-2}
tidy_build=build/tidy
status=0

step() {
    title=$1
    shift
    echo "== $title"
    "$@" || {
        echo "-- $title: failed"
        status=1
    }
}

shell_scripts() {
    find scripts tests -name '*.sh' | sort
    printf 'scripts/deploy/%s\n' postinst prerm postrm
}

shell_syntax() {
    bad=0
    for script in $(shell_scripts); do
        sh -n "$script" || bad=1
    done
    bash -n .ci/run || bad=1
    if command -v shellcheck >/dev/null; then
        shell_scripts | xargs shellcheck --severity=warning .ci/run || bad=1
    fi
    return $bad
}

python_rules() {
    find scripts tests -name '*.py' | sort | while read -r script; do
        python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])' "$script" || exit 1
    done || return 1
    ruff=$(command -v .venv/bin/ruff || command -v ruff) || {
        echo "SKIPPED: the rules of Python need ruff (pip install -r scripts/check/requirements.txt)"
        return
    }
    "$ruff" check --quiet scripts tests
}

static_analysis() {
    cmake -S . -B $tidy_build -DKATAGO_TESTS=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >$tidy_build.log 2>&1 || {
        cat $tidy_build.log
        return 1
    }
    find src -name '*.cpp' | sort | xargs -n 1 -P "$jobs" clang-tidy --quiet -p $tidy_build 2>/dev/null
}

mkdir -p build
step "layers and sizes" python3 scripts/check
step "layout of the sources (make format)" sh scripts/check/layout.sh
step "shell scripts" shell_syntax
step "python scripts" python_rules
step "clang-tidy" static_analysis
[ $status -eq 0 ] && echo "check: all is well"
exit $status
