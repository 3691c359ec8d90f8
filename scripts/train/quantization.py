# SPDX-License-Identifier: MIT
"""Fake quantization: training sees the weights as the engine's INT8 file will hold them.

The engine stores int8 numbers with one FP16 scale for each output channel, tap of the kernel and block of input
channels, and computes with 16-bit activations, whose error is far below that of the weights. So only weights are
rounded here; the gradient passes as if they were not. Heads stay as they are: the engine keeps them in FP16.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from network.layers import Conv, Linear

LARGEST = 127
BLOCK = 64  # input channels that share a scale, at most


def round_to_int8(weight: Tensor) -> Tensor:
    """[out, in, ...] as int8 times FP16 scales; one block where `in` allows it, else blocks of equal size."""
    channels = weight.shape[1]
    blocks = -(-channels // BLOCK)
    rounded = []
    for part in weight.tensor_split(blocks, dim=1):
        scale = (part.abs().amax(dim=1, keepdim=True) / LARGEST).half().float()
        scale = torch.where(scale > 0, scale, torch.ones_like(scale))
        rounded.append((part / scale).round().clamp(-LARGEST, LARGEST) * scale)
    return torch.cat(rounded, dim=1)


class FakeInt8(nn.Module):
    def forward(self, weight: Tensor) -> Tensor:
        return weight + (round_to_int8(weight) - weight).detach()


def quantized_layers(module: nn.Module) -> list[nn.Module]:
    """The trunk's kernels and matrices."""
    return [
        layer
        for name, layer in module.named_modules()
        if name.startswith("trunk.") and isinstance(layer, (Conv, Linear))
    ]


def fake_quantize(module: nn.Module) -> None:
    for layer in quantized_layers(module):
        parametrize.register_parametrization(layer, "weight", FakeInt8())


def round_weights(module: nn.Module) -> None:
    """For good: what fake_quantize() lets training see becomes the weights."""
    for layer in quantized_layers(module):
        if parametrize.is_parametrized(layer, "weight"):
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
        else:
            with torch.no_grad():
                layer.weight.copy_(round_to_int8(layer.weight))
