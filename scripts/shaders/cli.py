# SPDX-License-Identifier: MIT
"""The command line of the shaders."""

from __future__ import annotations

import sys
from pathlib import Path

from .check import check_shaders
from .compiler import find_compiler
from .make import make_shaders
from .variants import ShaderError, read_variants

FOLDER = Path(__file__).resolve().parents[2] / "src/backend/vulkan/shaders"
USAGE = "usage: python3 scripts/shaders make|check [FOLDER]"
SKIPPED = 77  # as ctest understands it


def main() -> int:
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in ("make", "check"):
        print(USAGE, file=sys.stderr)
        return 2
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER
    try:
        variants, compiler = read_variants(folder), find_compiler()
        if sys.argv[1] == "check":
            faults, lines = check_shaders(folder, variants, compiler)
            print(*lines, *(f"shaders: {fault}" for fault in faults), sep="\n")
            return 1 if faults else 0 if compiler else SKIPPED
        if not compiler:
            raise ShaderError("there is no glslang: install glslang-tools, or name one by GLSLANG")
        print(*make_shaders(folder, variants, compiler), sep="\n")
    except ShaderError as error:
        print(f"shaders: {error}", file=sys.stderr)
        return 1
    return 0
