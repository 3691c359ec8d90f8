# SPDX-License-Identifier: MIT
"""trtexec's shape options for an exported file: nothing for a fixed batch, else 1 to N positions, tuned for N."""

from __future__ import annotations

import sys

try:
    import onnx
except ModuleNotFoundError:
    sys.exit("tensorrt: the Python package onnx is missing (pip install onnx); PYTHON=... names another interpreter")

model, batch = onnx.load(sys.argv[1]), int(sys.argv[2])
ranges: dict[str, list[str]] = {"min": [], "opt": [], "max": []}
for entry in model.graph.input:
    sizes = entry.type.tensor_type.shape.dim
    if not sizes[0].dim_param:
        sys.exit(0)
    rest = "x".join(str(size.dim_value) for size in sizes[1:])
    for kind, count in (("min", 1), ("opt", batch), ("max", batch)):
        ranges[kind].append(f"{entry.name}:{count}x{rest}")
print(" ".join(f"--{kind}Shapes={','.join(values)}" for kind, values in ranges.items()))
