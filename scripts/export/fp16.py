# SPDX-License-Identifier: MIT
"""Which layers may compute in FP16: what it costs to round their inputs and outputs, found by gradients.

Rounding errors are small and independent of each other: their squares add up, each times how far its place moves the
network's probabilities. The gradient of the sum of all probabilities, each with a random sign, gives all of that at
once: its square times an error's is, on average over signs, the sum of the squares of what the error does to each.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from network.modules import NetworkModule, Outputs

from .files import say
from .fold import BiasedConv
from .quantize import quantizable

# Root mean square, over positions, of what all layers in FP16 together may do to a position's probabilities. Single
# positions are several times as sensitive, and weights in FP16 do as much again: this keeps them within 1e-3.
ALLOWED_CHANGE = 1.5e-4
SIGNS = 2  # random ones, per position
SEED = 1
SMALLEST_EXPONENT, MANTISSA_BITS = -14, 10  # of FP16

Arguments = tuple[Tensor | None, ...]


def rounding_errors(x: Tensor) -> Tensor:
    """Standard deviation of the error of rounding each value to FP16; 0 where FP16 holds it exactly."""
    exponents = x.abs().clamp_min(2.0**SMALLEST_EXPONENT).log2().floor()
    errors = torch.exp2(exponents - MANTISSA_BITS) / math.sqrt(12)
    return torch.where(x == x.half().float(), 0.0, errors)


def probabilities(outputs: Outputs, spatial: Tensor) -> Tensor:
    """Of one position: moves on free points, the pass, a win, a loss."""
    free = (spatial[0, 0] - spatial[0, 1] - spatial[0, 2]).flatten() > 0
    logits = torch.cat([outputs.policy[0, 0].flatten()[free], outputs.pass_[0, :1]])
    return torch.cat([logits.softmax(0), outputs.value[0, :2].softmax(0)])


class Places:
    """Collects what goes into layers and comes out of them, and how far it would be rounded, while the network runs."""

    def __init__(self, layers: dict[str, nn.Module]) -> None:
        self.found: list[tuple[str, Tensor, Tensor]] = []
        self.handles = [
            handle
            for name, layer in layers.items()
            for handle in (
                layer.register_forward_pre_hook(lambda _, inputs, name=name: self._add_input(name, inputs[0])),
                layer.register_forward_hook(lambda layer, _, output, name=name: self._add_output(name, layer, output)),
            )
        ]

    def _add(self, name: str, x: Tensor, errors: Tensor) -> Tensor:
        self.found.append((name, x, errors))
        return x

    def _add_input(self, name: str, x: Tensor) -> Tensor:
        """A copy, whose gradient is that of this layer alone."""
        return self._add(name, x.clone(), rounding_errors(x.detach()))

    def _add_output(self, name: str, layer: nn.Module, x: Tensor) -> Tensor:
        """Biases are added in single precision: what is rounded is the sum before them."""
        unbiased = x.detach() - layer.bias[:, None, None] if isinstance(layer, BiasedConv) else x.detach()
        return self._add(name, x, rounding_errors(unbiased))

    def close(self) -> None:
        for handle in self.handles:
            handle.remove()


def squared_changes(module: NetworkModule, positions: list[Arguments]) -> dict[str, float]:
    """By layer: the expected sum of squares of what its rounding does to a position's probabilities."""
    layers = quantizable(module)
    changes = dict.fromkeys(layers, 0.0)
    generator = torch.Generator().manual_seed(SEED)
    places = Places(layers)
    for spatial, *rest in positions:
        assert spatial is not None
        places.found.clear()
        outputs = module(spatial.clone().requires_grad_(), *rest)
        result = probabilities(outputs, spatial)
        tensors = [x for _, x, _ in places.found]
        for left in reversed(range(SIGNS)):
            signs = 2.0 * torch.randint(0, 2, result.shape, generator=generator) - 1
            gradients = torch.autograd.grad(result @ signs, tensors, retain_graph=left > 0)
            for (name, _, errors), gradient in zip(places.found, gradients, strict=True):
                changes[name] += float((gradient * errors).square().sum()) / (SIGNS * len(positions))
    places.close()
    return changes


def layers_for_fp16(module: NetworkModule, positions: list[Arguments]) -> set[str]:
    """As many multiply-adds as ALLOWED_CHANGE allows: layers by what they cost for each."""
    changes = squared_changes(module, positions)
    sizes = {name: layer.weight.numel() for name, layer in quantizable(module).items()}
    chosen: set[str] = set()
    left = ALLOWED_CHANGE**2
    for name in sorted(changes, key=lambda name: changes[name] / sizes[name]):
        left -= changes[name]
        if left < 0:
            break
        chosen.add(name)
    share = sum(sizes[name] for name in chosen) / sum(sizes.values())
    say(f"{len(chosen)} of {len(changes)} layers compute in FP16, with {100 * share:.0f} % of their multiply-adds")
    return chosen
