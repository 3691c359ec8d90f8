#!/bin/sh
# SPDX-License-Identifier: MIT
# `make check`: layering, layout, static analysis, scripts. Goes on after a fault, so that one run shows all.
# Needs clang-format, clang-tidy and python3. Usage: sh scripts/check.sh [JOBS]
set -u
cd "$(dirname "$0")/.." || exit 1
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

formatting() {
    find src tests -name '*.cpp' -o -name '*.h' | sort | xargs clang-format --dry-run -Werror
}

shell_syntax() {
    bad=0
    for script in scripts/*.sh; do
        sh -n "$script" || bad=1
    done
    bash -n .ci/run || bad=1
    if command -v shellcheck >/dev/null; then
        shellcheck scripts/*.sh .ci/run || bad=1
    fi
    return $bad
}

python_syntax() {
    find scripts tests -name '*.py' | sort | while read -r script; do
        python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1])' "$script" || exit 1
    done
}

static_analysis() {
    cmake -S . -B $tidy_build -DKATAGO_TESTS=OFF >$tidy_build.log 2>&1 || {
        cat $tidy_build.log
        return 1
    }
    find src -name '*.cpp' | sort | xargs -n 1 -P "$jobs" clang-tidy --quiet -p $tidy_build 2>/dev/null
}

mkdir -p build
step "layering, sizes, first lines" python3 scripts/check_layering.py
step "layout of the sources (make format)" formatting
step "shell scripts" shell_syntax
step "python scripts" python_syntax
step "clang-tidy" static_analysis
[ $status -eq 0 ] && echo "check: all is well"
exit $status
