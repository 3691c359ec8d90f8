# SPDX-License-Identifier: MIT
"""What an exported model looks like from outside: its inputs, its outputs, and the description in its file."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from network import NetworkConfig, NetworkError
from network.modules import NetworkModule

OUTPUT_NAMES = ["policy", "pass", "value", "score", "ownership"]
FIRST_VERSION = 8  # older ones take other input features, which no program of today makes


@dataclass(frozen=True)
class Settings:
    height: int = 19
    width: int = 19
    batch: int | None = 1  # None: dynamic
    mask: bool = False  # an input of its own, for all boards up to this size
    precision: str = "fp32"


class ExportModule(nn.Module):
    """Positional inputs, in the order of input_shapes(); a tuple of outputs in the order of OUTPUT_NAMES."""

    def __init__(self, module: NetworkModule, has_mask: bool) -> None:
        super().__init__()
        self.network = module
        self.has_meta = module.config.meta_channels > 0
        self.has_mask = has_mask

    def forward(self, spatial: Tensor, global_: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        others = list(rest)
        meta = others.pop(0) if self.has_meta else None
        mask = others.pop(0) if self.has_mask else None
        return tuple(self.network(spatial, global_, meta, mask))


def input_shapes(config: NetworkConfig, settings: Settings) -> dict[str, tuple[int, ...]]:
    """Without the batch."""
    size = (settings.height, settings.width)
    shapes: dict[str, tuple[int, ...]] = {
        "spatial": (config.spatial_channels, *size),
        "global": (config.global_channels,),
    }
    if config.meta_channels:
        shapes["meta"] = (config.meta_channels,)
    if settings.mask:
        shapes["mask"] = (1, *size)
    return shapes


def example_inputs(config: NetworkConfig, settings: Settings) -> tuple[Tensor, ...]:
    # A dynamic batch must not look like the constant 1 to a tracer.
    batch = settings.batch or 2
    inputs = [torch.zeros(batch, *shape) for shape in input_shapes(config, settings).values()]
    inputs[0][:, 0] = 1
    if settings.mask:
        inputs[-1][:] = 1
    return tuple(inputs)


def check_exportable(config: NetworkConfig, settings: Settings) -> None:
    if config.version < FIRST_VERSION:
        raise NetworkError(
            f"{config.name}: version {config.version} takes input features of its own; "
            f"{FIRST_VERSION} and newer can be exported"
        )
    for side in (settings.height, settings.width):
        if not 2 <= side <= 19:
            raise NetworkError(f"board size {settings.width}x{settings.height}: sides are 2 to 19")


def describe(config: NetworkConfig, settings: Settings) -> dict[str, str]:
    """Keys and values for the file's metadata."""
    m = config.multipliers
    area = f"{settings.height} rows of {settings.width} points, row 0 on top"
    text = {
        "katago.name": config.name,
        "katago.version": str(config.version),
        "katago.precision": settings.precision,
        "katago.board": f"{'up to ' if settings.mask else ''}{settings.width}x{settings.height}",
        "katago.view": "everything, inputs and outputs, is from the view of the player to move",
        "input.spatial": f"[N, 22, H, W], 0 or 1: KataGo's version 7 planes, {area}",
        "input.global": "[N, 19]: KataGo's version 7 global features",
        "output.policy": f"[N, {config.policy_channels}, H, W] logits: channel 0 policy"
        + (", 1 optimistic policy" if config.policy_channels > 1 else "")
        + (", 2 and 3 Q of win/loss and of score (unused)" if config.policy_channels > 2 else "")
        + "; softmax over legal points and the pass together",
        "output.pass": f"[N, {config.policy_channels}] logits of the pass, channels as in policy",
        "output.value": "[N, 3] logits of win, loss, no result; no result is possible only with simple ko or territory "
        "scoring, leave it out of the softmax otherwise",
        "output.score": score_text(config),
        "output.ownership": "[N, 1, H, W]: tanh of it is 1 where the point will be the player's, -1 the opponent's",
        "scale.score_mean": str(m.score_mean),
        "scale.score_stdev": str(m.score_stdev),
        "scale.lead": str(m.lead),
        "scale.variance_time": str(m.variance_time),
        "scale.shortterm_value_error": str(m.shortterm_value_error),
        "scale.shortterm_score_error": str(m.shortterm_score_error),
    }
    if config.meta_channels:
        text["input.meta"] = "[N, 192]: KataGo's SGF metadata, who the players are"
    if settings.mask:
        text["input.mask"] = (
            "[N, 1, H, W]: 1 on the board, which lies in the top left corner; equals plane 0 of spatial"
        )
    return text


def score_text(config: NetworkConfig) -> str:
    parts = [
        "0 times scale.score_mean: mean of the final score, in points",
        "1: its deviation, softplus(x) times scale.score_stdev",
        "2 times scale.lead: points that would make the game even",
        "3: variance of the time left, softplus(x) times scale.variance_time",
    ]
    if config.score_channels > 4:
        parts += ["4, 5: short-term errors of value and score, before KataGo's formula of the version"]
    return f"[N, {config.score_channels}]: " + "; ".join(parts)
