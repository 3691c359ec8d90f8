# SPDX-License-Identifier: MIT
"""The variants of the shaders: lines `NAME SOURCE [MACRO=VALUE...]` of variants.txt."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9_]*")
MACRO = re.compile(r"[A-Z][A-Z0-9_]*=\S+")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


class ShaderError(Exception):
    """What a person has to mend: the file, the line, what was found and what was wanted."""


@dataclass(frozen=True)
class Variant:
    """A shader with values for its macros. Immutable."""

    folder: Path  # of variants.txt
    name: str
    source: str
    macros: tuple[str, ...]

    @property
    def spirv(self) -> Path:
        return self.folder / "spirv" / f"{self.name}.spv"

    @cached_property
    def digest(self) -> str:
        """Of all that the compiler reads: the macros, the source and what it includes."""
        texts = [*self.macros, *(text_of(self.folder / name) for name in self.files())]
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]

    def files(self) -> list[str]:
        """The source and the files that it includes, each once, in the order in which they are first named."""
        names = [self.source]
        for name in names:
            names += [used for used in dict.fromkeys(INCLUDE.findall(text_of(self.folder / name))) if used not in names]
        return names


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ShaderError(f"{path}: there is no such file") from None


def read_variants(folder: Path) -> list[Variant]:
    """The table of the folder. Raises ShaderError."""
    table = folder / "variants.txt"
    variants: dict[str, Variant] = {}
    for number, line in enumerate(text_of(table).splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        place = f"{table}:{number}"
        if len(words) < 2 or not NAME.fullmatch(words[0]) or not words[1].endswith(".comp"):
            raise ShaderError(f"{place}: '{line}' is not NAME SOURCE.comp [MACRO=VALUE...]")
        name, source, *macros = words
        for macro in macros:
            if not MACRO.fullmatch(macro):
                raise ShaderError(f"{place}: '{macro}' is not MACRO=VALUE")
        if name in variants:
            raise ShaderError(f"{place}: there is a variant {name} already")
        variants[name] = Variant(folder, name, source, tuple(macros))
    return list(variants.values())
