# SPDX-License-Identifier: MIT
"""First lines, the length of files, and how many files a folder holds."""

from __future__ import annotations

from collections import Counter

from .tree import Tree

MAX_LINES = 450  # of a file
MAX_FILES = 40  # directly in a folder
LICENCE = "SPDX-License-Identifier: MIT"


def first_line_faults(tree: Tree) -> list[str]:
    faults = []
    for source in tree.sources:
        mark = "#" if source.path.suffix in (".py", ".sh") else "//"
        head = [line for line in source.lines[:2] if not line.startswith(("#!", "#version"))][:1]
        if head != [f"{mark} {LICENCE}"]:
            faults.append(f"{source.path}: the first line is not the SPDX line")
        if source.path.suffix == ".h" and "#pragma once" not in source.lines:
            faults.append(f"{source.path}: no #pragma once")
    return faults


def length_faults(tree: Tree) -> list[str]:
    return [
        f"{source.path}: {len(source.lines)} lines; split it, {MAX_LINES} is the limit"
        for source in tree.sources
        if len(source.lines) > MAX_LINES
    ]


def width_faults(tree: Tree) -> list[str]:
    # Nobody looks for a compiled shader among others: its source is in the folder above.
    counts = Counter(name.parent for name in tree.files if name.suffix != ".spv")
    return [
        f"{folder}/: {count} files; group them, {MAX_FILES} is the limit"
        for folder, count in sorted(counts.items())
        if count > MAX_FILES
    ]


def size_faults(tree: Tree) -> list[str]:
    return first_line_faults(tree) + length_faults(tree) + width_faults(tree)
