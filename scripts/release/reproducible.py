# SPDX-License-Identifier: MIT
"""Whether a target comes out the same, byte for byte, when the tree lies in another folder."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from .build import BuildOptions, build, pack
from .targets import ReleaseError, Target
from .tree import Tree


def check_reproducible(tree: Tree, target: Target, archive: Path, options: BuildOptions) -> str:
    """Builds the last commit again in a folder of its own, with no compiler's cache, and compares it with the archive
    of this tree. Returns what was seen. Raises ReleaseError."""
    if tree.revision.endswith("-dirty"):
        raise ReleaseError(f"the tree has changes that are in no commit ({tree.revision}); a copy would not have them")
    with tempfile.TemporaryDirectory(prefix="katago-again-") as folder:
        root, content = Path(folder) / "tree", Path(folder) / "tree.tar"
        root.mkdir()
        tree.run("git", "archive", "--output", content, "HEAD")
        tree.run("tar", "-x", "-C", root, "-f", content)
        again = dataclasses.replace(tree, root=root)
        moved = dataclasses.replace(options, output=root / "build/release", cached=False)
        second = pack(again, target, build(again, target, moved), moved)
        differing = [
            file.name
            for file in sorted(moved.output.iterdir())
            if file.read_bytes() != (archive.parent / file.name).read_bytes()
        ]
        if differing:
            raise ReleaseError(f"{target.name}: built again in {root}, it differs: {', '.join(differing)}")
        return f"built again in {root}: the same {second.stat().st_size} bytes"
