# SPDX-License-Identifier: MIT
"""The layers of the networks as torch modules, NCHW. Formulas: KataGo's network format.

A layer that stores numbers in the file is a `FileLayer`: it gives and takes its arrays in the file's layout and order.
Masks are [N, 1, H, W], 1 on the board; None where every board fills the planes. Long sums are in single precision even
in an FP16 network.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import (
    ActivationConfig,
    BatchNormConfig,
    BiasConfig,
    ConvConfig,
    LinearConfig,
    NormActivationConfig,
    RmsNormConfig,
    RopeConfig,
)
from .own_file import Int8Weights


def _assign(target: Tensor, array: np.ndarray) -> None:
    with torch.no_grad():
        target.copy_(torch.from_numpy(np.ascontiguousarray(array)))


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().to("cpu", torch.float32).numpy()


class FileLayer(nn.Module):
    """A layer with arrays in the file. Arrays are float32, in the file's order. `int8`: its weights as a file of the
    engine's own has them, where it has codes."""

    int8: Int8Weights | None = None

    def stored(self) -> list[Tensor]:
        """What the file holds of this layer; layers whose axes have another order there override the rest."""
        raise NotImplementedError

    def shapes(self) -> list[tuple[int, ...]]:
        return [tuple(tensor.shape) for tensor in self.stored()]

    def to_file(self) -> list[np.ndarray]:
        return [_array(tensor) for tensor in self.stored()]

    def from_file(self, arrays: list[np.ndarray]) -> None:
        for tensor, array in zip(self.stored(), arrays, strict=True):
            _assign(tensor, array)


class Conv(FileLayer):
    """Cross-correlation, zero padding at the edge. Weights here [out, in, ky, kx], in files [ky, kx, in, out]."""

    def __init__(self, config: ConvConfig) -> None:
        super().__init__()
        self.config = config
        ky, kx = config.kernel
        self.padding = (ky // 2 * config.dilation[0], kx // 2 * config.dilation[1])
        self.weight = nn.Parameter(torch.empty(config.out_channels, config.in_channels, ky, kx))
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight, padding=self.padding, dilation=self.config.dilation)

    def shapes(self) -> list[tuple[int, ...]]:
        return [(*self.config.kernel, self.config.in_channels, self.config.out_channels)]

    def to_file(self) -> list[np.ndarray]:
        return [_array(self.weight).transpose(2, 3, 1, 0)]

    def from_file(self, arrays: list[np.ndarray]) -> None:
        _assign(self.weight, arrays[0].transpose(3, 2, 0, 1))


class Linear(FileLayer):
    """A dense layer without bias on the last axis. Weights here [out, in], in files [in, out]."""

    def __init__(self, config: LinearConfig) -> None:
        super().__init__()
        self.config = config
        self.weight = nn.Parameter(torch.empty(config.out_channels, config.in_channels))
        nn.init.normal_(self.weight, std=1 / math.sqrt(config.in_channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight)

    def shapes(self) -> list[tuple[int, ...]]:
        return [(self.config.in_channels, self.config.out_channels)]

    def to_file(self) -> list[np.ndarray]:
        return [_array(self.weight).T]

    def from_file(self, arrays: list[np.ndarray]) -> None:
        _assign(self.weight, arrays[0].T)


class Bias(FileLayer):
    """x + bias on the last axis."""

    def __init__(self, config: BiasConfig) -> None:
        super().__init__()
        self.config = config
        self.bias = nn.Parameter(torch.zeros(config.channels))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias

    def stored(self) -> list[Tensor]:
        return [self.bias]


class BatchNorm(FileLayer):
    """Per channel: x * s + b with s = scale / sqrt(variance + epsilon), b = bias - s * mean.

    In training mode mean and variance are those of the batch, over points on the board, and the stored ones follow
    them with `momentum`; `momentum = 0` keeps the stored ones (as fine-tuning of a folded network wants).
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, config: BatchNormConfig) -> None:
        super().__init__()
        self.config = config
        self.momentum = 0.01
        self.register_buffer("mean", torch.zeros(config.channels))
        self.register_buffer("variance", torch.ones(config.channels))
        self.scale = nn.Parameter(torch.ones(config.channels)) if config.has_scale else None
        self.bias = nn.Parameter(torch.zeros(config.channels)) if config.has_bias else None

    def scale_and_shift(self, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        s = torch.rsqrt(variance + self.config.epsilon)
        if self.scale is not None:
            s = s * self.scale
        shift = -s * mean
        return s, shift if self.bias is None else shift + self.bias

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        if self.training and self.momentum > 0:
            mean, variance = self._batch_moments(x, mask)
        else:
            mean, variance = self.mean, self.variance
        # In the planes' type: under autocast single-precision factors would widen them all.
        s, shift = (vector.to(x.dtype).view(1, -1, 1, 1) for vector in self.scale_and_shift(mean, variance))
        return x * s + shift

    def _batch_moments(self, x: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        if mask is None:
            variance, mean = torch.var_mean(x, dim=(0, 2, 3), unbiased=False)
        else:
            count = mask.sum()
            mean = (x * mask).sum(dim=(0, 2, 3)) / count
            variance = ((x - mean.view(1, -1, 1, 1)).square() * mask).sum(dim=(0, 2, 3)) / count
        with torch.no_grad():
            self.mean.lerp_(mean, self.momentum)
            self.variance.lerp_(variance, self.momentum)
        return mean, variance

    def stored(self) -> list[Tensor]:
        return [t for t in (self.mean, self.variance, self.scale, self.bias) if t is not None]


class RmsNorm(FileLayer):
    """x * gamma / sqrt(mean(x^2) + epsilon) + beta; the mean is over a point's channels or, `over_board`, over all."""

    def __init__(self, config: RmsNormConfig) -> None:
        super().__init__()
        self.config = config
        self.gamma = nn.Parameter(torch.ones(config.channels))
        self.beta = nn.Parameter(torch.zeros(config.channels)) if config.has_beta else None

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Planes [N, C, H, W]."""
        kind = x.dtype
        x = x.float()
        square = x * x
        if not self.config.over_board:
            mean = square.mean(dim=1, keepdim=True)
        elif mask is None:
            mean = square.mean(dim=(1, 2, 3), keepdim=True)
        else:
            area = mask.sum(dim=(1, 2, 3), keepdim=True)
            mean = (square.mean(dim=1, keepdim=True) * mask).sum(dim=(1, 2, 3), keepdim=True) / area
        x = x * torch.rsqrt(mean + self.config.epsilon) * self.gamma.view(1, -1, 1, 1)
        return (x if self.beta is None else x + self.beta.view(1, -1, 1, 1)).to(kind)

    def of_points(self, x: Tensor) -> Tensor:
        """Points [N, H * W, C]."""
        wide = x.float()
        mean = (wide * wide).mean(dim=-1, keepdim=True)
        return (wide * torch.rsqrt(mean + self.config.epsilon) * self.gamma).to(x.dtype)

    def stored(self) -> list[Tensor]:
        return [self.gamma] if self.beta is None else [self.gamma, self.beta]


class Activation(nn.Module):
    def __init__(self, config: ActivationConfig) -> None:
        super().__init__()
        self.config = config

    def forward(self, x: Tensor) -> Tensor:
        kind = self.config.kind
        if kind == "relu":
            return F.relu(x)
        if kind == "mish":  # not F.mish: converters know softplus and tanh, not all know mish
            return x * torch.tanh(F.softplus(x))
        return x * torch.sigmoid(x) if kind == "silu" else x


class NormActivation(nn.Module):
    """A norm and the activation after it; 0 off the board."""

    def __init__(self, config: NormActivationConfig) -> None:
        super().__init__()
        norm = config.norm
        self.norm = RmsNorm(norm) if isinstance(norm, RmsNormConfig) else BatchNorm(norm)
        self.activation = Activation(config.activation)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        x = self.activation(self.norm(x, mask))
        return x if mask is None else x * mask


class Rope(FileLayer):
    """Turns pairs (2p, 2p + 1) of each head's channels by x * frequency_x + y * frequency_y; x column, y row."""

    frequencies: Tensor

    def __init__(self, config: RopeConfig, kv_heads: int, qk_channels: int) -> None:
        super().__init__()
        self.config = config
        pairs = qk_channels // 2
        shape = (kv_heads, pairs, 2)
        if config.theta is None:
            self.frequencies = nn.Parameter(torch.empty(shape))
            nn.init.normal_(self.frequencies, std=0.3)
        else:
            # The first half of the pairs encodes the row, the rest the column, at falling frequencies.
            row_pairs = pairs // 2
            table = np.zeros(shape, np.float32)
            for pair in range(pairs):
                row = pair < row_pairs
                power = -2.0 * (pair if row else pair - row_pairs) / pairs
                table[:, pair, 1 if row else 0] = config.theta**power
            self.register_buffer("frequencies", torch.from_numpy(table))

    def tables(self, height: int, width: int) -> tuple[Tensor, Tensor]:
        """Cosines and sines, each [kv_heads, H * W, pairs]."""
        device = self.frequencies.device
        x = torch.arange(width, device=device).repeat(height)
        y = torch.arange(height, device=device).repeat_interleave(width)
        fx, fy = self.frequencies[..., 0], self.frequencies[..., 1]
        angles = x.view(1, -1, 1) * fx.unsqueeze(1) + y.view(1, -1, 1) * fy.unsqueeze(1)
        return angles.cos(), angles.sin()

    def tables_for(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """For planes [N, C, H, W]."""
        return self.tables(*board_size(x))

    def stored(self) -> list[Tensor]:
        return [self.frequencies] if self.config.theta is None else []


def rotate(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Rotates pairs of the last axis of [N, heads, points, channels]; returns first members, then second ones, which is
    the same to a dot product."""
    first, second = x[:, :, :, 0::2], x[:, :, :, 1::2]
    return torch.cat([first * cosines - second * sines, first * sines + second * cosines], dim=3)


def board_size(x: Tensor) -> tuple[int, int]:
    """Rows and columns of [N, C, H, W]; as plain numbers, which converters take for constants."""
    return int(x.shape[2]), int(x.shape[3])


def board_area(x: Tensor, mask: Tensor | None) -> Tensor | float:
    """Points on the board: a number, or [N, 1] with a mask."""
    return float(math.prod(board_size(x))) if mask is None else mask.sum(dim=(2, 3))


def _means(x: Tensor, mask: Tensor | None) -> Tensor:
    return x.mean(dim=(2, 3)) if mask is None else x.sum(dim=(2, 3)) / board_area(x, mask)


def _side(x: Tensor, mask: Tensor | None) -> Tensor | float:
    """(square root of the area - 14) / 10."""
    area = board_area(x, mask)
    root = area.sqrt() if isinstance(area, Tensor) else math.sqrt(area)
    return (root - 14.0) * 0.1


def pool_max(x: Tensor, mask: Tensor | None) -> Tensor:
    """[N, C, H, W], 0 off the board -> [N, 3 C]: mean, mean * (sqrt(area) - 14) / 10, maximum (at least -1)."""
    kind = x.dtype
    x = x.float()
    mean = _means(x, mask)
    on_board = x if mask is None else x + (mask - 1.0)
    return torch.cat([mean, mean * _side(x, mask), on_board.amax(dim=(2, 3)).clamp(min=-1.0)], dim=1).to(kind)


def pool_value(x: Tensor, mask: Tensor | None) -> Tensor:
    """[N, C, H, W] -> [N, 3 C]: mean, mean * side, mean * (side^2 - 0.1) with side = (sqrt(area) - 14) / 10."""
    mean, side = _means(x, mask), _side(x, mask)
    return torch.cat([mean, mean * side, mean * (side * side - 0.1)], dim=1)
