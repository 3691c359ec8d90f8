# SPDX-License-Identifier: MIT
"""The command line of the checks."""

from __future__ import annotations

import sys
from pathlib import Path

from .functions import function_faults
from .kernels import kernel_name_faults
from .layers import layer_faults
from .sizes import size_faults
from .tree import Tree

CHECKS = (layer_faults, size_faults, function_faults, kernel_name_faults)


def main() -> int:
    tree = Tree(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    faults = [fault for check in CHECKS for fault in check(tree)]
    for fault in faults:
        print(fault)
    print(f"tree: {len(tree.sources)} sources, {len(faults)} faults")
    return 1 if faults else 0
