# SPDX-License-Identifier: MIT
"""The optimizer: Muon (Jordan et al., 2024) for the kernels and matrices inside the network, AdamW for the rest."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

MUON_RATE = 0.02  # as factors of the schedule
ADAM_RATE = 0.003


def orthogonalize(gradient: Tensor, steps: int = 5) -> Tensor:
    """About U V^T of gradient = U S V^T, by a quintic Newton-Schulz iteration with Muon's coefficients."""
    a, b, c = 3.4445, -4.7750, 2.0315
    wide = gradient.shape[0] <= gradient.shape[1]
    x = gradient if wide else gradient.T
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x if wide else x.T


class Muon(torch.optim.Optimizer):
    """Momentum, then an orthogonal matrix in the gradient's stead; kernels are taken as [out, in * ky * kx]."""

    def __init__(self, params: list[nn.Parameter], lr: float, momentum: float = 0.95, weight_decay: float = 0.01):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                buffer.lerp_(p.grad, 1 - group["momentum"])
                ahead = p.grad.lerp(buffer, group["momentum"]).flatten(1)
                update = orthogonalize(ahead).view_as(p)
                scale = math.sqrt(max(1.0, ahead.shape[0] / ahead.shape[1]))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(update, alpha=-group["lr"] * scale)


def make_optimizers(module: nn.Module, rate: float = 1.0) -> list[torch.optim.Optimizer]:
    """`rate` scales both; each group keeps its own in "base" for the schedule."""
    inner = [
        p
        for name, p in module.named_parameters()
        if p.ndim >= 2 and "trunk.blocks" in name and "rope" not in name  # frequencies are angles, no matrix
    ]
    chosen = {id(p) for p in inner}
    rest = [p for p in module.parameters() if id(p) not in chosen]
    optimizers: list[torch.optim.Optimizer] = [
        Muon(inner, lr=MUON_RATE * rate),
        torch.optim.AdamW(rest, lr=ADAM_RATE * rate, betas=(0.9, 0.98), weight_decay=1e-3),
    ]
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["base"] = group["lr"]
    return optimizers


def schedule(step: int, steps: int, warmup: int, last: float = 0.01) -> float:
    """Linear warm-up, then half a cosine down to `last`."""
    if step < warmup:
        return (step + 1) / warmup
    along = min(1.0, (step - warmup) / max(1, steps - warmup))
    return last + (1 - last) * 0.5 * (1 + math.cos(math.pi * along))
