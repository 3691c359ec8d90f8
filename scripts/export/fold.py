# SPDX-License-Identifier: MIT
"""The network made ready for a converter: norms as plain numbers, folded into the layers before them where possible."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from network.layers import BatchNorm, Conv, Linear, NormActivation, Rope, board_size
from network.modules import GpoolBlock, NetworkModule, OrdinaryBlock, PolicyHead, ValueHead


class Affine(nn.Module):
    """What is left of a batch norm that follows a sum: x * scale + shift, per channel."""

    scale: Tensor
    shift: Tensor

    def __init__(self, scale: Tensor, shift: Tensor) -> None:
        super().__init__()
        self.register_buffer("scale", scale.detach().view(1, -1, 1, 1).clone())
        self.register_buffer("shift", shift.detach().view(1, -1, 1, 1).clone())

    def forward(self, x: Tensor, _mask: Tensor | None) -> Tensor:
        return x * self.scale + self.shift


class Nothing(nn.Module):
    """What is left of a batch norm that was folded into the layer before it."""

    def forward(self, x: Tensor, _mask: Tensor | None) -> Tensor:
        return x


class BiasedConv(nn.Module):
    """A convolution with the scale and shift of the norm after it; `bias_apart`: as an addition of its own."""

    def __init__(self, conv: Conv, scale: Tensor, shift: Tensor) -> None:
        super().__init__()
        self.config, self.padding = conv.config, conv.padding
        self.int8 = conv.int8.times(scale.detach().numpy()) if conv.int8 else None
        self.weight = nn.Parameter((conv.weight * scale.view(-1, 1, 1, 1)).detach())
        self.bias = nn.Parameter(shift.detach().clone())
        self.bias_apart = False

    def forward(self, x: Tensor) -> Tensor:
        bias = None if self.bias_apart else self.bias
        x = F.conv2d(x, self.weight, bias, padding=self.padding, dilation=self.config.dilation)
        return x + self.bias[:, None, None] if self.bias_apart else x


class FixedRope(nn.Module):
    """The rotation for one board size, as the angles of columns and of rows: whole tables would be a tenth of the file.

    `in_parts` keeps converters from making whole tables of the parts, which are constants to them.
    """

    columns_cos: Tensor  # [kv_heads, 1, width, pairs]
    columns_sin: Tensor
    rows_cos: Tensor  # [kv_heads, height, 1, pairs]
    rows_sin: Tensor

    def __init__(self, rope: Rope, height: int, width: int) -> None:
        super().__init__()
        columns_cos, columns_sin = rope.tables(1, width)
        rows_cos, rows_sin = rope.tables(height, 1)
        self.in_parts = False
        self.register_buffer("columns_cos", columns_cos.detach().unsqueeze(1))
        self.register_buffer("columns_sin", columns_sin.detach().unsqueeze(1))
        self.register_buffer("rows_cos", rows_cos.detach().unsqueeze(2))
        self.register_buffer("rows_sin", rows_sin.detach().unsqueeze(2))

    def tables_for(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """By the sum formulas of cosine and sine; see Rope.tables()."""
        height, width = board_size(x)
        rows_cos, rows_sin = self.rows_cos, self.rows_sin
        if self.in_parts:
            one = x[:1, :1, :1, :1].clamp(0.0, 1.0).clamp(1.0, 2.0)  # only an evaluation tells that it is 1
            rows_cos, rows_sin = rows_cos * one, rows_sin * one
        cosines = self.columns_cos * rows_cos - self.columns_sin * rows_sin
        sines = self.columns_sin * rows_cos + self.columns_cos * rows_sin
        shape = (cosines.shape[0], height * width, cosines.shape[3])
        return cosines.reshape(shape), sines.reshape(shape)


def keep_rotations_in_parts(module: nn.Module) -> None:
    for rope in module.modules():
        if isinstance(rope, FixedRope):
            rope.in_parts = True


def _fold_norm(parent: nn.Module, conv: str, norm: NormActivation, addend: Linear | None = None) -> None:
    """Folds `norm` into the convolution of that name, and into what is added to its output before the norm."""
    assert isinstance(norm.norm, BatchNorm)
    scale, shift = norm.norm.scale_and_shift(norm.norm.mean, norm.norm.variance)
    setattr(parent, conv, BiasedConv(getattr(parent, conv), scale, shift))
    if addend is not None:
        with torch.no_grad():
            addend.weight.mul_(scale.view(-1, 1))
    norm.norm = Nothing()  # type: ignore[assignment]


def _fold_block(block: nn.Module) -> None:
    if isinstance(block, OrdinaryBlock):
        _fold_norm(block, "regular", block.mid)
    elif isinstance(block, GpoolBlock):
        _fold_norm(block, "gpool", block.gpool_norm)
        _fold_norm(block, "regular", block.mid, block.gpool_to_bias)
    elif isinstance(block, PolicyHead):
        _fold_norm(block, "g1", block.g1_norm)
        _fold_norm(block, "p1", block.p1_norm, block.gpool_to_bias)
    elif isinstance(block, ValueHead):
        _fold_norm(block, "v1", block.v1_norm)


def fold(module: NetworkModule, height: int, width: int) -> NetworkModule:
    """A copy with equal outputs for planes of this size, without batch norms and rotation angles."""
    module = copy.deepcopy(module).eval().requires_grad_(False)
    for block in list(module.modules()):
        _fold_block(block)
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, BatchNorm):
                setattr(parent, name, Affine(*child.scale_and_shift(child.mean, child.variance)))
            elif isinstance(child, Rope):
                setattr(parent, name, FixedRope(child, height, width))
    return module.requires_grad_(False)
