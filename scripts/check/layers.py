# SPDX-License-Identifier: MIT
"""Layers: which folder of src/ may include which, who may see a library's headers, print, or end the program."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from .tree import Source, Tree

# A folder includes itself and folders of lower numbers; folders that share a number do not know each other.
LAYERS = {
    "core": 0,
    "linkage": 0,  # what the program holds of its libraries: includes nothing, nothing includes it
    "game": 1,
    "nn": 1,
    "backend": 2,
    "eval": 3,
    "quant": 3,
    "search": 4,
    "protocol": 5,
    "report": 5,
    "engine": 6,
    "play": 7,
    "command": 8,
}
# The same for the folders inside of one; its own files may include all of these and be included by all.
SUBLAYERS = {
    "backend/cpu": {"simd": 0, "ops": 1, "isa": 2, "steps": 2, "program": 3, "plan": 4, "tune": 4},
    "backend/vulkan": {"shaders": 0, "device": 1, "ops": 2, "program": 3, "plan": 4, "tune": 5},
    "search": {"tree": 0, "policy": 1, "run": 2},
}
# Folders whose inner folders are programs of their own: each includes itself and the files that lie in the outer one.
SEPARATE = ("command",)
# Third-party headers and the only folders whose files may see them.
CONFINED = {"Eigen/": ("backend/cpu", "quant"), "vulkan/": ("backend/vulkan",), "doctest/": ()}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
STDOUT = re.compile(r"\bstd::cout\b|(?<![\w:])(?:std::)?(?:printf|puts|putchar)\s*\(|\bstdout\b")
EXIT = re.compile(r"(?<![\w.>])(?:std::)?_?(?:quick_)?exit\s*\(")


def folder_of(name: PurePosixPath) -> str:
    """The folder of src/ or tests/ that the file is in; nothing for a file beside these folders."""
    return name.parts[0] if len(name.parts) > 1 else ""


def sublayer_of(name: PurePosixPath, outer: str) -> str:
    """The folder inside of `outer` that the file is in; nothing where it is not in one."""
    parts = name.parts[len(PurePosixPath(outer).parts) :]
    return parts[0] if name.is_relative_to(outer) and len(parts) > 1 else ""


def may_include(layers: dict[str, int], user: str, used: str) -> bool:
    return user == used or layers[used] < layers[user]


def own_include_faults(source: Source, used: PurePosixPath) -> list[str]:
    user = source.below_top
    folder, used_folder = folder_of(user), folder_of(used)
    if used_folder not in LAYERS:
        return [f'includes "{used}", which is in no folder of src/']
    if folder in LAYERS and not may_include(LAYERS, folder, used_folder):
        return [f"{folder}/ may not include {used_folder}/"]
    if source.is_test:
        return []
    faults = []
    for outer, layers in SUBLAYERS.items():
        inner, used_inner = sublayer_of(user, outer), sublayer_of(used, outer)
        if inner in layers and used_inner in layers and not may_include(layers, inner, used_inner):
            faults.append(f"{outer}/{inner}/ may not include {outer}/{used_inner}/")
    for outer in SEPARATE:
        inner, used_inner = sublayer_of(user, outer), sublayer_of(used, outer)
        if inner and used_inner and inner != used_inner:
            faults.append(f"{outer}/{inner}/ may not include {outer}/{used_inner}/")
    return faults


def include_faults(source: Source, line: str) -> list[str]:
    match = INCLUDE.match(line)
    if not match:
        return []
    own, system = match.groups()
    if own and "/" in own:
        return own_include_faults(source, PurePosixPath(own))
    faults = []
    for prefix, homes in CONFINED.items():
        at_home = source.is_test or any(source.below_top.is_relative_to(home) for home in homes)
        if system and system.startswith(prefix) and not at_home:
            faults.append(f"<{system}> does not belong here")
    return faults


def line_faults(source: Source, line: str) -> list[str]:
    faults = include_faults(source, line)
    folder, code = folder_of(source.below_top), line.partition("//")[0]
    if source.is_test or not folder:
        return faults
    if folder != "command" and STDOUT.search(code):
        faults.append("only command/ writes to stdout")
    if EXIT.search(code):
        faults.append("only main exits")
    return faults


def placement_faults(names: list[PurePosixPath]) -> list[str]:
    """Folders of these files below src/ that stand in none of the tables."""
    faults = {
        f"src/{folder}/: has no place in LAYERS" for folder in map(folder_of, names) if folder not in ("", *LAYERS)
    }
    for outer, layers in SUBLAYERS.items():
        inners = {sublayer_of(name, outer) for name in names} - {"", *layers}
        faults |= {f"src/{outer}/{inner}/: has no place in SUBLAYERS" for inner in inners}
    return sorted(faults)


def layer_faults(tree: Tree) -> list[str]:
    layered = [source for source in tree.cpp if source.path.parts[0] in ("src", "tests")]
    faults = placement_faults([source.below_top for source in layered if not source.is_test])
    for source in layered:
        for number, line in enumerate(source.lines, 1):
            faults += [f"{source.path}:{number}: {fault}" for fault in line_faults(source, line)]
    return faults
