# SPDX-License-Identifier: MIT
"""Names of kernels: what `katago tune` prints can be searched for, because it names a file or a descriptor.

A descriptor states its name as `.name = "gemm_s16"`, in a file of src/backend/cpu/ops/ or of a folder in it; where a
library's descriptors of several layers are made by one function, it is given the name: `constexpr LinearKernel
kXnnGemmF32 = xnn_f32_kernel("xnn_gemm_f32", ...)`. Any other string of the CPU backend that looks like a kernel's name,
a family and a number format, names a file there: "winograd_f16" is of ops/winograd_f16.h, or of any other
ops/winograd_*.h.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from .tree import Source, Tree

BACKEND = PurePosixPath("src/backend/cpu")
OPS = BACKEND / "ops"
DESCRIPTOR = re.compile(r'(?:\.name\s*=|constexpr\s+\w+Kernel\s+k\w+\s*=\s*\w+\()\s*"([^"]+)"')
KERNEL_NAME = re.compile(r'"([a-z0-9_]+)_(?:f32|f16|bf16|s16|s8|int8|qc8w)"')


def code_of(source: Source) -> Iterator[tuple[int, str]]:
    """Each line with its number, without its comment."""
    for number, line in enumerate(source.lines, 1):
        yield number, line.partition("//")[0]


def descriptors_of(source: Source) -> list[str]:
    return DESCRIPTOR.findall("\n".join(code for _, code in code_of(source)))


def names_family(stem: str, family: str) -> bool:
    return f"_{family}_" in f"_{stem}_"


def kernel_name_faults(tree: Tree) -> list[str]:
    backend = [source for source in tree.cpp if source.path.is_relative_to(BACKEND)]
    ops = [source for source in backend if source.path.is_relative_to(OPS)]
    if backend and not ops:
        return [f"{OPS}/: there is no such folder, so that names of kernels cannot be looked up"]
    described = {name for source in ops for name in descriptors_of(source)}
    stems = {source.path.stem for source in ops}
    faults = []
    for source in backend:
        for number, code in code_of(source):
            for match in KERNEL_NAME.finditer(code):
                name, family = match.group(0).strip('"'), match.group(1)
                if name not in described and not any(names_family(stem, family) for stem in stems):
                    faults.append(f'{source.path}:{number}: "{name}" names neither a file nor a descriptor of {OPS}/')
    return faults
