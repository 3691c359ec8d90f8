# SPDX-License-Identifier: MIT
"""`make shaders`: compiles every variant that the compiler at hand can."""

from __future__ import annotations

from pathlib import Path

from .compiler import Compiler, LacksExtensionError, version_key
from .record import Made, read_record, write_record
from .variants import Variant


def is_better(made: Made, variant: Variant, compiler: Compiler) -> bool:
    """Whether a newer compiler made what is there from the same sources."""
    return made.digest == variant.digest and version_key(made.version) > version_key(compiler.version)


def make_shaders(folder: Path, variants: list[Variant], compiler: Compiler) -> list[str]:
    """Writes spirv/ and compiled.txt, removes what no variant names. Returns lines for a person. Raises ShaderError."""
    (folder / "spirv").mkdir(exist_ok=True)
    old, record, lines = read_record(folder), {}, []
    compiled = 0
    for variant in variants:
        made = old.get(variant.name)
        if made and variant.spirv.exists() and is_better(made, variant, compiler):
            record[variant.name] = made
            lines.append(f"{variant.name}: left as glslang {made.version} made it")
            continue
        try:
            compiler.compile(variant, variant.spirv)
        except LacksExtensionError as lack:
            lines.append(f"{variant.name}: left as it is: glslang {compiler.version} does not know {lack}")
            if made:
                record[variant.name] = made
            continue
        record[variant.name] = Made(compiler.version, variant.digest)
        compiled += 1
    known = {variant.spirv for variant in variants}
    for file in sorted(set((folder / "spirv").glob("*.spv")) - known):
        file.unlink()
        lines.append(f"{file.name}: removed, because variants.txt does not name it")
    write_record(folder, record)
    return [*lines, f"shaders: {compiled} of {len(variants)} variants compiled by glslang {compiler.version}"]
