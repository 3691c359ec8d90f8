# SPDX-License-Identifier: MIT
"""Executes Core ML's intermediate language: the operators that exported networks use, by their documented meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from network import NetworkError

Arguments = dict[str, Any]


def _axes(a: Arguments) -> tuple[int, ...] | None:
    return None if a.get("axes") is None else tuple(int(axis) for axis in np.atleast_1d(a["axes"]))


def conv(a: Arguments) -> np.ndarray:
    """[N, C, H, W] with weights [out, in, ky, kx]; padding `custom` is [top, bottom, left, right]."""
    x, weight = torch.from_numpy(a["x"]), torch.from_numpy(a["weight"])
    kind = a.get("pad_type", "valid")
    if kind == "custom":
        top, bottom, left, right = (int(side) for side in a["pad"])
        x = F.pad(x, (left, right, top, bottom))
    elif kind == "same":
        ky, kx = weight.shape[2:]
        x = F.pad(x, ((kx - 1) // 2, kx // 2, (ky - 1) // 2, ky // 2))
    bias = torch.from_numpy(a["bias"]) if a.get("bias") is not None else None
    stride, dilation = ([int(v) for v in a.get(name, [1, 1])] for name in ("strides", "dilations"))
    return F.conv2d(x, weight, bias, stride, 0, dilation, int(a.get("groups", 1))).numpy()


def linear(a: Arguments) -> np.ndarray:
    result = a["x"] @ a["weight"].T
    return result if a.get("bias") is None else result + a["bias"]


def matmul(a: Arguments) -> np.ndarray:
    x = a["x"].swapaxes(-1, -2) if a.get("transpose_x") else a["x"]
    y = a["y"].swapaxes(-1, -2) if a.get("transpose_y") else a["y"]
    return x @ y


def softmax(a: Arguments) -> np.ndarray:
    axis = int(a.get("axis", -1))
    power = np.exp(a["x"] - a["x"].max(axis=axis, keepdims=True))
    return power / power.sum(axis=axis, keepdims=True)


def reduce(function: Callable[..., np.ndarray]) -> Callable[[Arguments], np.ndarray]:
    return lambda a: function(a["x"], axis=_axes(a), keepdims=bool(a.get("keep_dims", False)))


def expand_dims(a: Arguments) -> np.ndarray:
    return np.expand_dims(a["x"], _axes(a) or 0)


def reshape(a: Arguments) -> np.ndarray:
    x, shape = a["x"], [int(size) for size in a["shape"]]
    return x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(shape)])


def slice_by_index(a: Arguments) -> np.ndarray:
    x = a["x"]
    rank = x.ndim
    masks = {name: a.get(name) if a.get(name) is not None else [False] * rank for name in ("begin_mask", "end_mask")}
    strides = a["stride"] if a.get("stride") is not None else [1] * rank
    squeezed = a.get("squeeze_mask") if a.get("squeeze_mask") is not None else [False] * rank
    index: list[Any] = []
    for axis in range(rank):
        if squeezed[axis]:
            index.append(int(a["begin"][axis]))
            continue
        begin = None if masks["begin_mask"][axis] else int(a["begin"][axis])
        end = None if masks["end_mask"][axis] else int(a["end"][axis])
        index.append(slice(begin, end, int(strides[axis])))
    return x[tuple(index)]


def dequantize(a: Arguments) -> np.ndarray:
    codes, axis = a["quantized_data"].astype(np.float32), int(a.get("axis", 0))
    shape = [1] * codes.ndim
    shape[axis] = -1
    scale, zero = (np.asarray(a[name], np.float32) for name in ("scale", "zero_point"))
    return (codes - zero.reshape(shape if zero.ndim else ())) * scale.reshape(shape if scale.ndim else ())


def batch_norm(a: Arguments) -> np.ndarray:
    """What the converter makes of a scale and a shift per channel."""
    shape = [1, -1, 1, 1]
    scale = np.asarray(a.get("gamma", 1.0)) / np.sqrt(a["variance"] + a.get("epsilon", 1e-5))
    shift = np.asarray(a.get("beta", 0.0)) - a["mean"] * scale
    return a["x"] * scale.reshape(shape) + shift.reshape(shape)


def clip(a: Arguments) -> np.ndarray:
    return np.clip(a["x"], a["alpha"], a["beta"])


OPERATORS: dict[str, Callable[[Arguments], Any]] = {
    "add": lambda a: a["x"] + a["y"],
    "batch_norm": batch_norm,
    "cast": lambda a: a["x"],  # the type of the result is seen to below
    "clip": clip,
    "concat": lambda a: np.concatenate(a["values"], axis=int(a["axis"])),
    "constexpr_affine_dequantize": dequantize,
    "constexpr_cast": lambda a: a["source_val"],
    "conv": conv,
    "exp": lambda a: np.exp(a["x"]),
    "expand_dims": expand_dims,
    "linear": linear,
    "matmul": matmul,
    "maximum": lambda a: np.maximum(a["x"], a["y"]),
    "mul": lambda a: a["x"] * a["y"],
    "pow": lambda a: a["x"] ** a["y"],
    "real_div": lambda a: a["x"] / a["y"],
    "reduce_max": reduce(np.max),
    "reduce_mean": reduce(np.mean),
    "reduce_sum": reduce(np.sum),
    "relu": lambda a: np.maximum(a["x"], 0),
    "reshape": reshape,
    "rsqrt": lambda a: 1 / np.sqrt(a["x"] + a.get("epsilon", 0)),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a["x"])),
    "silu": lambda a: a["x"] / (1 + np.exp(-a["x"])),
    "slice_by_index": slice_by_index,
    "softmax": softmax,
    "softplus": lambda a: np.logaddexp(0, a["x"]),
    "sqrt": lambda a: np.sqrt(a["x"]),
    "square": lambda a: a["x"] ** 2,
    "squeeze": lambda a: np.squeeze(a["x"], axis=_axes(a)),
    "sub": lambda a: a["x"] - a["y"],
    "tanh": lambda a: np.tanh(a["x"]),
    "tile": lambda a: np.tile(a["x"], a["reps"]),
    "transpose": lambda a: np.transpose(a["x"], a["perm"]),
}
TYPES = {
    "fp16": np.float16,
    "fp32": np.float32,
    "int32": np.int32,
    "int8": np.int8,
    "uint8": np.uint8,
    "bool": np.bool_,
}


def _widen(value: Any) -> Any:
    """FP16 values as single precision, in which sums are made."""
    if isinstance(value, list | tuple):
        return [_widen(entry) for entry in value]
    value = np.asarray(value) if isinstance(value, np.ndarray | np.generic) else value
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float16 else value


def _argument(variable: Any, values: dict[str, Any]) -> Any:
    if isinstance(variable, list | tuple):
        return [_argument(entry, values) for entry in variable]
    return values[variable.name] if variable.name in values else variable.val  # noqa: SIM401 (val of a computed one fails)


def _type_name(variable: Any) -> str:
    return str(variable.dtype.__type_info__()) if hasattr(variable.dtype, "__type_info__") else ""


def run_program(program: Any, inputs: dict[str, np.ndarray], rounding: bool = True) -> dict[str, np.ndarray]:
    """The outputs of the program's main function by name. Without `rounding`, FP16 results are not rounded."""
    main = program.functions["main"]
    values: dict[str, Any] = dict(inputs)
    for op in main.operations:
        if op.op_type == "const":
            continue
        if op.op_type not in OPERATORS:
            raise NetworkError(f"the read-back check does not know Core ML's operator {op.op_type}")
        arguments = {name: _widen(_argument(variable, values)) for name, variable in op.inputs.items()}
        result = OPERATORS[op.op_type](arguments)
        output = op.outputs[0]
        kind = TYPES.get(_type_name(output), np.float32)
        if kind is np.float16 and not rounding:
            kind = np.float32
        values[output.name] = np.asarray(result).astype(kind)
    return {output.name: np.asarray(values[output.name], np.float32) for output in main.outputs}
