# SPDX-License-Identifier: MIT
"""compiled.txt: which compiler made each file of spirv/, and from what; lines `NAME COMPILER DIGEST`.

So a shader that was edited and not compiled again is found on every machine, whichever compiler that has.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .variants import ShaderError, text_of

FILE = "compiled.txt"
HEAD = "# Written by `make shaders`: each file of spirv/, the glslang that made it, and a digest of its sources.\n"


@dataclass(frozen=True)
class Made:
    version: str  # of the compiler
    digest: str  # Variant.digest


def read_record(folder: Path) -> dict[str, Made]:
    """Nothing where there is no record yet. Raises ShaderError."""
    record: dict[str, Made] = {}
    if not (folder / FILE).exists():
        return record
    for number, line in enumerate(text_of(folder / FILE).splitlines(), 1):
        words = line.partition("#")[0].split()
        if words and len(words) != 3:
            raise ShaderError(f"{folder / FILE}:{number}: '{line}' is not NAME COMPILER DIGEST")
        if words:
            record[words[0]] = Made(words[1], words[2])
    return record


def write_record(folder: Path, record: dict[str, Made]) -> None:
    rows = (f"{name} {made.version} {made.digest}\n" for name, made in sorted(record.items()))
    (folder / FILE).write_text(HEAD + "".join(rows), encoding="utf-8")
