# SPDX-License-Identifier: MIT
"""A network that is begun from a smaller one: more channels, more blocks at the end, at first the same answers."""

from __future__ import annotations

import torch
from torch import Tensor

import network

# What reads pooled channels: they lie one kind of mean after another, so that more of them would lie elsewhere.
POOLED = ("gpool_to_bias.weight", "gpool_to_pass.weight", "value_head.v2.weight")


class GrowthError(Exception):
    """A network that cannot be grown to the wanted shape; the text says where they differ."""


def _lies_within(name: str, small: Tensor, big: Tensor | None) -> bool:
    if big is None or small.ndim != big.ndim or any(a > b for a, b in zip(small.shape, big.shape, strict=True)):
        return False
    return small.shape[2:] == big.shape[2:] and not (name.endswith(POOLED) and small.shape[1] != big.shape[1])


@torch.no_grad()
def grow(small: network.Network, big: network.Network) -> None:
    """Gives `big`, whose blocks add nothing yet, the weights of `small`. What was there reads no new channel at first;
    new channels keep the weights they have, and read all. Raises GrowthError with nothing changed."""
    theirs, ours = small.module.state_dict(), big.module.state_dict()
    for name, tensor in theirs.items():
        if not _lies_within(name, tensor, ours.get(name)):
            found = f"{tuple(tensor.shape)} in {small.config.name}"
            wanted = f"{tuple(ours[name].shape)} is wanted" if name in ours else "the wanted shape has none"
            raise GrowthError(f"{name}: {found}, {wanted}; blocks, trunk and hidden channels alone can grow")
    for name, tensor in theirs.items():
        if tensor.ndim > 1:
            ours[name][: tensor.shape[0]] = 0
        ours[name][tuple(slice(size) for size in tensor.shape)] = tensor
