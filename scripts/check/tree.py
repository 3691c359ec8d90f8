# SPDX-License-Identifier: MIT
"""The tree as the checks see it: its folders, and its sources line by line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

TOPS = ("src", "tests", "scripts", "configs", "toolchains")
CPP = (".cpp", ".h")
GLSL = (".comp", ".glsl")
SOURCES = (*CPP, *GLSL, ".py", ".sh", ".mjs")


@dataclass(frozen=True)
class Source:
    path: PurePosixPath  # from the root of the tree
    lines: list[str]

    @property
    def is_cpp(self) -> bool:
        return self.path.suffix in CPP

    @property
    def is_test(self) -> bool:
        return self.path.parts[0] == "tests"

    @property
    def below_top(self) -> PurePosixPath:
        """The path without src/ or tests/, as includes have it."""
        return PurePosixPath(*self.path.parts[1:])


class Tree:
    """Reads each file once, when it is first asked for. One thread at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def files(self) -> list[PurePosixPath]:
        """All files below TOPS from the root of the tree, but for what Python and editors leave behind."""
        found = (path for top in TOPS for path in (self.root / top).rglob("*") if path.is_file())
        names = sorted(PurePosixPath(path.relative_to(self.root).as_posix()) for path in found)
        return [name for name in names if "__pycache__" not in name.parts and not name.name.startswith(".")]

    @cached_property
    def sources(self) -> list[Source]:
        return [
            Source(name, (self.root / name).read_text(encoding="utf-8").splitlines())
            for name in self.files
            if name.suffix in SOURCES
        ]

    @property
    def cpp(self) -> list[Source]:
        return [source for source in self.sources if source.is_cpp]
