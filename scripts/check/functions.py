# SPDX-License-Identifier: MIT
"""The length of functions in C++, Python and JavaScript, measured by lizard (PyPI)."""

from __future__ import annotations

import importlib.util
import re

from .tree import Tree

MAX_LINES = 70  # of a function, from its name to its last brace
# lizard takes `struct alignas(64) Node {` for a function of that name.
NOT_A_FUNCTION = re.compile(r"(^|::)alignas$")


def function_faults(tree: Tree) -> list[str]:
    """Nothing where lizard is missing, which is then said."""
    if importlib.util.find_spec("lizard") is None:
        print("SKIPPED: the length of functions needs lizard (pip install -r scripts/check/requirements.txt)")
        return []
    import lizard

    faults = []
    for source in tree.sources:
        for function in lizard.analyze_file(str(tree.root / source.path)).function_list:
            if function.length > MAX_LINES and not NOT_A_FUNCTION.search(function.name):
                faults.append(
                    f"{source.path}:{function.start_line}: {function.name}() has {function.length} lines; "
                    f"split it, {MAX_LINES} is the limit"
                )
    return faults
