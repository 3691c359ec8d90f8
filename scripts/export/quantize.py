# SPDX-License-Identifier: MIT
"""INT8 weights: 8-bit codes with a scale per (output channel, tap, block of input channels), or per output channel.
And weights in FP16.

With calibration positions the rounding is error-compensated: what rounding one weight does to the layer's output is
made up for by the weights that follow, by the layer's real inputs (the recipe known as OBQ or GPTQ). Static scales for
activations, which stock recipes use, cost far too much in these networks; activations stay floats. What `katago
quantize` has rounded already keeps its codes where a format has scales per block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from network.layers import Conv, Linear
from network.modules import AttentionBlock, FfnBlock, NetworkModule
from network.own_file import Int8Weights

from .files import say
from .fold import BiasedConv

MAX_CODE = 127
LARGEST_BLOCK = 64  # input channels that share a scale
DAMPING = 0.01  # of the mean diagonal
LAZY_COLUMNS = 128  # columns whose errors are spread over the rest by one matmul


@dataclass(frozen=True)
class QuantizedWeight:
    """As a matrix [out, taps * in], in this order; `shape` is the weight's own, [out, in, ky, kx] or [out, in]."""

    codes: Tensor  # int8
    scales: Tensor  # [out, columns / block], float32
    shape: tuple[int, ...]

    def values(self) -> Tensor:
        """The floats that the codes stand for, in the weight's own shape."""
        rows, columns = self.codes.shape
        blocks = self.codes.float().reshape(rows, self.scales.shape[1], -1)
        return from_matrix((blocks * self.scales.unsqueeze(2)).reshape(rows, columns), self.shape)


def to_matrix(weight: Tensor) -> Tensor:
    """[out, in, ky, kx] -> [out, ky * kx * in]: the input channels of a tap side by side."""
    return weight.permute(0, 2, 3, 1).reshape(weight.shape[0], -1) if weight.dim() == 4 else weight


def from_matrix(matrix: Tensor, shape: tuple[int, ...]) -> Tensor:
    if len(shape) == 2:
        return matrix
    out, channels, ky, kx = shape
    return matrix.reshape(out, ky, kx, channels).permute(0, 3, 1, 2)


def block_size(in_channels: int) -> int:
    """The largest divisor that is no more than LARGEST_BLOCK."""
    return max(size for size in range(1, LARGEST_BLOCK + 1) if in_channels % size == 0)


def quantizable(module: NetworkModule) -> dict[str, nn.Module]:
    """Layers that run at every point of the board, but for the heads, which need the precision and cost little."""
    layers: dict[str, nn.Module] = {}
    for name, layer in module.trunk.named_modules():
        if isinstance(layer, Conv | BiasedConv):
            layers[name] = layer
        elif isinstance(layer, AttentionBlock | FfnBlock):
            layers |= {f"{name}.{part}": child for part, child in layer.named_children() if isinstance(child, Linear)}
    return layers


def has_codes(module: NetworkModule) -> bool:
    """Whether it comes from an INT8 file of the engine's own."""
    return any(layer.int8 for layer in quantizable(module).values())


def keeps_codes(module: NetworkModule) -> bool:
    """Whether all codes of such a file can be used. Those of rotated weights cannot: formats do not rotate inputs."""
    return has_codes(module) and not any(layer.int8 and layer.int8.rotated for layer in quantizable(module).values())


def stored_codes(weights: Int8Weights) -> QuantizedWeight | None:
    """As the file has them; None where they are rotated, or the last block of a layer is smaller than the others."""
    *taps, channels, out = weights.codes.shape
    if channels % weights.block or weights.rotated:
        return None
    codes, scales = (
        torch.from_numpy(np.ascontiguousarray(np.moveaxis(array, -1, 0)).reshape(out, -1))
        for array in (weights.codes, weights.scales)
    )
    return QuantizedWeight(codes, scales, (out, channels, *taps))


class SecondMoments:
    """Collects mean x x^T of each layer's inputs, as columns of to_matrix(), while the network runs."""

    def __init__(self, layers: dict[str, nn.Module]) -> None:
        self.sums: dict[str, Tensor] = {}
        self.handles = [
            layer.register_forward_pre_hook(lambda layer, inputs, name=name: self._add(name, layer, inputs[0]))
            for name, layer in layers.items()
        ]

    def _add(self, name: str, layer: nn.Module, x: Tensor) -> None:
        if isinstance(layer, Linear):
            columns = x.reshape(-1, x.shape[-1])
        else:
            weight = layer.weight
            ky, kx = weight.shape[2:]
            columns = F.unfold(x, (ky, kx), layer.config.dilation, layer.padding)
            columns = columns.reshape(x.shape[0], x.shape[1], ky * kx, -1).permute(0, 3, 2, 1).flatten(2).flatten(0, 1)
        moments = columns.T @ columns
        self.sums[name] = self.sums[name] + moments if name in self.sums else moments

    def close(self) -> None:
        for handle in self.handles:
            handle.remove()


def collect_moments(module: NetworkModule, positions: Iterable[tuple[Tensor, ...]]) -> dict[str, Tensor]:
    """`positions`: the arguments of the network, one position each."""
    moments = SecondMoments(quantizable(module))
    with torch.inference_mode():
        for arguments in positions:
            module(*arguments)
    moments.close()
    return moments.sums


def round_plainly(matrix: Tensor, steps: Tensor) -> Tensor:
    return (matrix / steps).round().clamp(-MAX_CODE, MAX_CODE)


def round_compensated(matrix: Tensor, nearest: Callable[[Tensor, int], Tensor], moments: Tensor) -> Tensor:
    """`nearest` rounds the values of the column of that number. Columns go in order of falling second moment."""
    columns = matrix.shape[1]
    moments = moments.double()
    diagonal = moments.diagonal()
    moments = moments + torch.eye(columns, dtype=torch.float64) * (DAMPING * diagonal.mean() + 1e-12)
    order = diagonal.argsort(descending=True)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(moments[order][:, order]))
    factor = torch.linalg.cholesky(inverse, upper=True).float()
    rest = matrix[:, order].clone()
    rounded = torch.empty_like(rest)
    for start in range(0, columns, LAZY_COLUMNS):
        end = min(start + LAZY_COLUMNS, columns)
        errors = torch.empty(matrix.shape[0], end - start)
        for i in range(start, end):
            rounded[:, i] = nearest(rest[:, i], int(order[i]))
            error = (rest[:, i] - rounded[:, i]) / factor[i, i]
            rest[:, i + 1 : end] -= error.unsqueeze(1) * factor[i, i + 1 : end]
            errors[:, i - start] = error
        rest[:, end:] -= errors @ factor[start:end, end:]
    restored = torch.empty_like(rounded)
    restored[:, order] = rounded
    return restored


def codes_compensated(matrix: Tensor, steps: Tensor, moments: Tensor) -> Tensor:
    """`steps` is each weight's scale."""
    # The largest weight of a block keeps the outermost code, so that the scale can be found again from the values.
    outermost = (matrix.abs() / steps).round() >= MAX_CODE
    signs = matrix.sign()

    def nearest(values: Tensor, column: int) -> Tensor:
        code = round_plainly(values, steps[:, column])
        return torch.where(outermost[:, column], MAX_CODE * signs[:, column], code) * steps[:, column]

    return (round_compensated(matrix, nearest, moments) / steps).round()


def round_to_fp16(module: NetworkModule, moments: dict[str, Tensor]) -> None:
    """Rounds the weights of a folded network to the FP16 values that change the layers' outputs least."""
    layers = quantizable(module)
    for number, (name, layer) in enumerate(layers.items(), 1):
        if number % 20 == 0 or number == len(layers):
            say(f"rounding to FP16: {number} of {len(layers)} layers")
        weight: Tensor = layer.weight
        rounded = round_compensated(to_matrix(weight.detach()), lambda x, _: x.half().float(), moments[name])
        weight.data = from_matrix(rounded, tuple(weight.shape)).contiguous()


def quantize_weight(weight: Tensor, blocks: bool, moments: Tensor | None) -> QuantizedWeight:
    matrix = to_matrix(weight)
    rows, columns = matrix.shape
    size = block_size(weight.shape[1]) if blocks else columns
    largest = matrix.reshape(rows, -1, size).abs().amax(dim=2)
    scales = torch.where(largest > 0, largest / MAX_CODE, 1.0)
    steps = scales.repeat_interleave(size, dim=1)
    codes = round_plainly(matrix, steps) if moments is None else codes_compensated(matrix, steps, moments)
    return QuantizedWeight(codes.to(torch.int8), scales, tuple(weight.shape))


def quantize(module: NetworkModule, blocks: bool, moments: dict[str, Tensor] | None) -> dict[str, QuantizedWeight]:
    """Replaces the weights of a folded network by what their codes stand for; returns the codes by the layer's name."""
    layers = quantizable(module)
    own = blocks and has_codes(module)
    if own:  # what such a file has no codes for lost too much by them
        layers = {name: layer for name, layer in layers.items() if layer.int8}
    result = {}
    for number, (name, layer) in enumerate(layers.items(), 1):
        if number % 20 == 0 or number == len(layers):
            say(f"quantizing: {number} of {len(layers)} layers")
        weight: Tensor = layer.weight
        stored = stored_codes(layer.int8) if own else None
        result[name] = stored or quantize_weight(weight.detach(), blocks, moments[name] if moments else None)
        weight.data = result[name].values().contiguous()
    return result
