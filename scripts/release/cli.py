# SPDX-License-Identifier: MIT
"""The command line of a release."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .build import BuildOptions, build, pack, write_sums
from .reproducible import check_reproducible
from .targets import TARGETS, ReleaseError, Target, find_target
from .tree import Tree, open_tree
from .trial import emulator_of, is_foreign, try_binary

ROOT = Path(__file__).resolve().parents[2]
NETWORK = "scripts/train/default_network/default.safetensors"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 scripts/release", description=sys.modules["release"].__doc__)
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=", ".join(row.name for row in TARGETS) + "; default: all"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("build/release"), help="folder of the files; default: %(default)s"
    )
    parser.add_argument(
        "--sysroots", type=Path, default=Path("build/sysroot"), help="folder of sysroots; default: %(default)s"
    )
    parser.add_argument(
        "--xnnpack", type=Path, help="source of XNNPACK, as scripts/xnnpack-source.sh fetches it, to build in"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="compilers at once; default: one a core")
    parser.add_argument(
        "--skip-foreign", action="store_true", help="do not try binaries that this machine needs qemu for"
    )
    parser.add_argument(
        "--check-reproducible", action="store_true", help="build each target again elsewhere, and compare"
    )
    return parser.parse_args()


def _release(tree: Tree, target: Target, options: BuildOptions, arguments: argparse.Namespace) -> None:
    def say(text: str) -> None:
        print(f"release: {target.name}: {text}", flush=True)

    skip = arguments.skip_foreign and is_foreign(target)
    if not skip:
        emulator_of(target)  # one that is missing is told before the build, not after
    say("building")
    binary = build(tree, target, options)
    if skip:
        say("not tried: it is for another processor")
    else:
        sysroot = options.sysroots / target.sysroot_name
        for line in try_binary(binary, target, sysroot, tree.root / NETWORK, tree.revision):
            say(line)
    archive = pack(tree, target, binary, options)
    say(f"{archive}, {archive.stat().st_size / 1e6:.1f} MB, the binary {binary.stat().st_size / 1e6:.1f} MB")
    if arguments.check_reproducible:
        say(check_reproducible(tree, target, archive, options))


def main() -> int:
    arguments = _arguments()
    try:
        tree = open_tree(ROOT)
        options = BuildOptions(
            output=(ROOT / arguments.output).resolve(),
            sysroots=(ROOT / arguments.sysroots).resolve(),
            xnnpack=arguments.xnnpack and (ROOT / arguments.xnnpack).resolve(),
            jobs=arguments.jobs,
        )
        for target in [find_target(name) for name in arguments.targets] or TARGETS:
            _release(tree, target, options, arguments)
        print(f"release: {write_sums(options.output, tree.revision)}")
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0
