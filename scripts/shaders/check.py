# SPDX-License-Identifier: MIT
"""Whether the committed SPIR-V is what the shaders compile to, as far as the compiler at hand can tell."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from .compiler import Compiler, LacksExtensionError, validation_fault
from .record import Made, read_record
from .variants import ShaderError, Variant

SAME = "compile to the committed bytes"
COMPILES = "compile, by another glslang than the one that made them"
NOT_TRIED = "not compiled: this glslang is too old for them"
VALID = "valid to spirv-val"
NOT_VALIDATED = "not validated: spirv-val is missing, or too old for them"


def check_shaders(folder: Path, variants: list[Variant], compiler: Compiler | None) -> tuple[list[str], list[str]]:
    """Faults, and lines that say what was checked. Raises ShaderError where a table cannot be read."""
    record = read_record(folder)
    faults = file_faults(folder, variants, record)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        for variant in variants:
            if not variant.spirv.exists():
                continue
            if compiler:
                faults += compile_faults(variant, record.get(variant.name), compiler, Path(scratch) / "new.spv", counts)
            fault = validation_fault(variant.spirv)
            if fault:
                faults.append(f"{variant.spirv}: {fault}")
            counts[NOT_VALIDATED if fault is None else VALID] += not fault
    used = f"glslang {compiler.version}" if compiler else "SKIPPED: compiling them needs glslang (glslang-tools)"
    lines = [f"shaders: {len(variants)} variants; {used}"]
    return faults, lines + [f"  {count} {what}" for what, count in counts.items() if count]


def file_faults(folder: Path, variants: list[Variant], record: dict[str, Made]) -> list[str]:
    """Lines without their file, files without their line, shaders of no variant, and those edited since."""
    faults = []
    for variant in variants:
        made = record.get(variant.name)
        if not variant.spirv.exists() or not made:
            faults.append(f"{variant.name}: is not compiled; run `make shaders`")
        elif made.digest != variant.digest:
            faults.append(f"{variant.name}: {variant.source} has changed since it was compiled; run `make shaders`")
    names = {variant.name for variant in variants}
    for file in sorted((folder / "spirv").glob("*")):
        if file.suffix != ".spv" or file.stem not in names:
            faults.append(f"{file}: variants.txt has no such variant")
    used = {name for variant in variants for name in variant.files()}
    for file in sorted([*folder.glob("*.comp"), *folder.glob("*.glsl")]):
        if file.name not in used:
            faults.append(f"{file}: no variant uses it")
    return faults


def compile_faults(
    variant: Variant, made: Made | None, compiler: Compiler, output: Path, counts: Counter[str]
) -> list[str]:
    try:
        compiler.compile(variant, output)
    except LacksExtensionError:
        counts[NOT_TRIED] += 1
        return []
    except ShaderError as error:
        return [str(error)]
    if not made or made.version != compiler.version:
        counts[COMPILES] += 1
    elif output.read_bytes() == variant.spirv.read_bytes():
        counts[SAME] += 1
    else:
        return [f"{variant.spirv}: glslang {made.version} makes other bytes of it; run `make shaders`"]
    return []
