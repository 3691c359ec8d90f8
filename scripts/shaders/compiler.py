# SPDX-License-Identifier: MIT
"""glslang, which compiles GLSL to SPIR-V, and spirv-val, which checks SPIR-V."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .variants import ShaderError, Variant

# What a compiler may lack that is otherwise new enough: cooperative matrices are in those of July 2023 and later.
NEW_EXTENSIONS = ("GL_KHR_cooperative_matrix",)
LACKS = re.compile(r"extension not supported: (" + "|".join(NEW_EXTENSIONS) + r")\b")
# No optimiser: what it does, drivers do too; several of its releases broke cooperative matrices; and without it a
# version of glslang makes the same bytes in every distribution.
OPTIONS = ("-V", "--target-env", "vulkan1.1", "--quiet", "-g0", "-S", "comp")


class LacksExtensionError(Exception):
    """The compiler is too old for this shader; the text names what it lacks."""


@dataclass(frozen=True)
class Compiler:
    """A glslang on this machine. Immutable."""

    program: str
    version: str  # "15.2.0"

    def compile(self, variant: Variant, output: Path) -> None:
        """Raises ShaderError, or LacksExtensionError."""
        source = variant.folder / variant.source
        macros = [f"-D{macro}" for macro in variant.macros]
        command = [self.program, *OPTIONS, *macros, "-o", str(output), str(source)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode == 0:
            return
        message = (run.stdout + run.stderr).strip()
        if lacks := LACKS.search(message):
            raise LacksExtensionError(lacks.group(1))
        raise ShaderError(f"{source}: variant {variant.name} does not compile:\n{message}")


def version_of(text: str) -> str:
    """From what `glslang --version` prints. Raises ShaderError."""
    found = re.search(r"^Glslang Version: \d+:(\d+\.\d+\.\d+)", text, re.MULTILINE)
    if not found:
        raise ShaderError(f"glslang --version: no version in '{text.strip()}'")
    return found.group(1)


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def find_compiler() -> Compiler | None:
    """The one that GLSLANG names, or glslang of the PATH; None where there is none. Raises ShaderError."""
    named = os.environ.get("GLSLANG")
    program = shutil.which(named) if named else shutil.which("glslang") or shutil.which("glslangValidator")
    if named and not program:
        raise ShaderError(f"GLSLANG: there is no program {named}")
    if not program:
        return None
    run = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return Compiler(program, version_of(run.stdout))


def validation_fault(file: Path) -> str | None:
    """What spirv-val finds in the file, "" where all is well; None where spirv-val is missing or too old."""
    program = shutil.which(os.environ.get("SPIRV_VAL", "spirv-val"))
    if not program:
        return None
    command = [program, "--target-env", "vulkan1.1", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    message = (run.stdout + run.stderr).strip()
    if run.returncode != 0 and re.search(r"Invalid (capability|opcode|extension)", message):
        return None
    return message if run.returncode != 0 else ""
