# SPDX-License-Identifier: MIT
"""Blocks, trunk, heads and the whole network. Submodules are made in the order of the file."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .config import (
    AttentionBlockConfig,
    BlockConfig,
    FfnBlockConfig,
    GpoolBlockConfig,
    MetaEncoderConfig,
    NestedBlockConfig,
    NetworkConfig,
    OrdinaryBlockConfig,
    PolicyHeadConfig,
    TrunkConfig,
    ValueHeadConfig,
)
from .layers import (
    Activation,
    Bias,
    Conv,
    FileLayer,
    Linear,
    NormActivation,
    RmsNorm,
    Rope,
    board_size,
    pool_max,
    pool_value,
    rotate,
)


class OrdinaryBlock(nn.Module):
    def __init__(self, config: OrdinaryBlockConfig) -> None:
        super().__init__()
        self.pre = NormActivation(config.pre)
        self.regular = Conv(config.regular)
        self.mid = NormActivation(config.mid)
        self.final = Conv(config.final)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        return x + self.final(self.mid(self.regular(self.pre(x, mask)), mask))


class GpoolBlock(nn.Module):
    def __init__(self, config: GpoolBlockConfig) -> None:
        super().__init__()
        self.pre = NormActivation(config.pre)
        self.regular = Conv(config.regular)
        self.gpool = Conv(config.gpool)
        self.gpool_norm = NormActivation(config.gpool_norm)
        self.gpool_to_bias = Linear(config.gpool_to_bias)
        self.mid = NormActivation(config.mid)
        self.final = Conv(config.final)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        pre = self.pre(x, mask)
        pooled = pool_max(self.gpool_norm(self.gpool(pre), mask), mask)
        regular = self.regular(pre) + self.gpool_to_bias(pooled)[:, :, None, None]
        return x + self.final(self.mid(regular, mask))


class NestedBlock(nn.Module):
    def __init__(self, config: NestedBlockConfig) -> None:
        super().__init__()
        self.pre = NormActivation(config.pre)
        self.pre_conv = Conv(config.pre_conv)
        self.inner = nn.ModuleList(make_block(block) for block in config.inner)
        self.post = NormActivation(config.post)
        self.post_conv = Conv(config.post_conv)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        inner = self.pre_conv(self.pre(x, mask))
        for block in self.inner:
            inner = block(inner, mask)
        return x + self.post_conv(self.post(inner, mask))


def to_points(x: Tensor) -> Tensor:
    """[N, C, H, W] -> [N, H * W, C]"""
    return x.reshape(-1, int(x.shape[1]), math.prod(board_size(x))).transpose(1, 2)


def to_planes(x: Tensor, height: int, width: int) -> Tensor:
    """[N, H * W, C] -> [N, C, H, W]"""
    return x.transpose(1, 2).reshape(-1, int(x.shape[2]), height, width)


class AttentionBlock(nn.Module):
    OFF_BOARD = -3e4  # added to the scores of points off the board: fits half precision, and exp() of it is 0

    def __init__(self, config: AttentionBlockConfig) -> None:
        super().__init__()
        self.config = config
        self.norm = RmsNorm(config.norm)
        self.query = Linear(config.query)
        self.key = Linear(config.key)
        self.value = Linear(config.value)
        self.out = Linear(config.out)
        self.rope = Rope(config.rope, config.kv_heads, config.qk_channels) if config.rope else None

    def _heads(self, x: Tensor, heads: int, channels: int) -> Tensor:
        """[N, points, heads * channels] -> [N, heads, points, channels]"""
        return x.reshape(-1, int(x.shape[1]), heads, channels).transpose(1, 2)

    def _for_each_query_head(self, x: Tensor, axis: int) -> Tensor:
        """Key/value heads, each repeated for the query heads that share it."""
        repeats = self.config.heads // self.config.kv_heads
        return x if repeats == 1 else x.repeat_interleave(repeats, dim=axis)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        config, (height, width) = self.config, board_size(x)
        points = self.norm.of_points(to_points(x))
        query = self._heads(self.query(points), config.heads, config.qk_channels)
        key = self._heads(self.key(points), config.kv_heads, config.qk_channels)
        value = self._heads(self.value(points), config.kv_heads, config.v_channels)
        if self.rope is not None:
            cosines, sines = self.rope.tables_for(x)
            key = rotate(key, cosines, sines)
            query = rotate(query, self._for_each_query_head(cosines, 0), self._for_each_query_head(sines, 0))
        key, value = self._for_each_query_head(key, 1), self._for_each_query_head(value, 1)
        scores = (query * (1 / math.sqrt(config.qk_channels))) @ key.transpose(2, 3)
        if mask is not None:
            scores = scores + (1.0 - mask.reshape(-1, 1, 1, height * width)) * self.OFF_BOARD
        attended = (scores.float().softmax(dim=-1).to(value.dtype) @ value).transpose(1, 2)
        attended = attended.reshape(-1, height * width, config.heads * config.v_channels)
        update = to_planes(self.out(attended), height, width)
        return x + (update if mask is None else update * mask)


class FfnBlock(nn.Module):
    """linear is activated (SiLU, whatever the network's activation), gate is not."""

    def __init__(self, config: FfnBlockConfig) -> None:
        super().__init__()
        self.norm = RmsNorm(config.norm)
        self.linear = Linear(config.linear)
        self.gate = Linear(config.gate)
        self.out = Linear(config.out)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        points = self.norm.of_points(to_points(x))
        linear = self.linear(points)
        update = to_planes(self.out(linear * torch.sigmoid(linear) * self.gate(points)), *board_size(x))
        return x + (update if mask is None else update * mask)


BLOCKS: dict[type, type[nn.Module]] = {
    OrdinaryBlockConfig: OrdinaryBlock,
    GpoolBlockConfig: GpoolBlock,
    NestedBlockConfig: NestedBlock,
    AttentionBlockConfig: AttentionBlock,
    FfnBlockConfig: FfnBlock,
}


def make_block(config: BlockConfig) -> nn.Module:
    return BLOCKS[type(config)](config)


class MetaEncoder(nn.Module):
    def __init__(self, config: MetaEncoderConfig) -> None:
        super().__init__()
        self.linear1 = Linear(config.linear1)
        self.bias1 = Bias(config.bias1)
        self.activation1 = Activation(config.activation1)
        self.linear2 = Linear(config.linear2)
        self.bias2 = Bias(config.bias2)
        self.activation2 = Activation(config.activation2)
        self.linear3 = Linear(config.linear3)

    def forward(self, meta: Tensor) -> Tensor:
        x = self.activation1(self.bias1(self.linear1(meta)))
        return self.linear3(self.activation2(self.bias2(self.linear2(x))))


class Trunk(nn.Module):
    def __init__(self, config: TrunkConfig) -> None:
        super().__init__()
        self.conv = Conv(config.conv)
        self.linear = Linear(config.linear)
        self.meta_encoder = MetaEncoder(config.meta_encoder) if config.meta_encoder else None
        self.blocks = nn.ModuleList(make_block(block) for block in config.blocks)
        self.tip = NormActivation(config.tip)

    def forward(self, spatial: Tensor, global_: Tensor, meta: Tensor | None, mask: Tensor | None) -> Tensor:
        vector = self.linear(global_)
        if self.meta_encoder is not None:
            vector = vector + self.meta_encoder(meta)
        x = self.conv(spatial) + vector[:, :, None, None]
        for block in self.blocks:
            x = block(x, mask)
        return self.tip(x, mask)


class PolicyHead(nn.Module):
    def __init__(self, config: PolicyHeadConfig) -> None:
        super().__init__()
        self.p1 = Conv(config.p1)
        self.g1 = Conv(config.g1)
        self.g1_norm = NormActivation(config.g1_norm)
        self.gpool_to_bias = Linear(config.gpool_to_bias)
        self.p1_norm = NormActivation(config.p1_norm)
        self.p2 = Conv(config.p2)
        self.gpool_to_pass = Linear(config.gpool_to_pass)
        self.pass_bias = Bias(config.pass_bias) if config.pass_bias else None
        self.pass_activation = Activation(config.pass_activation) if config.pass_activation else None
        self.pass_linear2 = Linear(config.pass_linear2) if config.pass_linear2 else None

    def forward(self, trunk: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        pooled = pool_max(self.g1_norm(self.g1(trunk), mask), mask)
        p1 = self.p1(trunk) + self.gpool_to_bias(pooled)[:, :, None, None]
        pass_logits = self.gpool_to_pass(pooled)
        if self.pass_bias and self.pass_activation and self.pass_linear2:
            pass_logits = self.pass_linear2(self.pass_activation(self.pass_bias(pass_logits)))
        return self.p2(self.p1_norm(p1, mask)), pass_logits


class ValueHead(nn.Module):
    def __init__(self, config: ValueHeadConfig) -> None:
        super().__init__()
        self.v1 = Conv(config.v1)
        self.v1_norm = NormActivation(config.v1_norm)
        self.v2 = Linear(config.v2)
        self.v2_bias = Bias(config.v2_bias)
        self.v2_activation = Activation(config.v2_activation)
        self.v3 = Linear(config.v3)
        self.v3_bias = Bias(config.v3_bias)
        self.score = Linear(config.score)
        self.score_bias = Bias(config.score_bias)
        self.ownership = Conv(config.ownership)

    def forward(self, trunk: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        v1 = self.v1_norm(self.v1(trunk), mask)
        v2 = self.v2_activation(self.v2_bias(self.v2(pool_value(v1, mask))))
        return self.v3_bias(self.v3(v2)), self.score_bias(self.score(v2)), self.ownership(v1)


class Outputs(NamedTuple):
    """All raw (before multipliers, softmax, tanh), the player's view; garbage off the board.

    policy      [N, P, H, W]   P = 1, 2 or 4: policy, optimistic policy, Q win/loss, Q score
    pass_       [N, P]
    value       [N, 3]         win, loss, no result
    score       [N, S]         S = 1 (version 3), 2, 4 or 6
    ownership   [N, 1, H, W]
    """

    policy: Tensor
    pass_: Tensor
    value: Tensor
    score: Tensor
    ownership: Tensor


class NetworkModule(nn.Module):
    """spatial [N, 22, H, W], global_ [N, 19], meta [N, 192] where the network takes it, mask [N, 1, H, W] or None.

    A mask equals plane 0 of `spatial`; None says that every board fills its planes.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.trunk = Trunk(config.trunk)
        self.policy_head = PolicyHead(config.policy)
        self.value_head = ValueHead(config.value)

    def forward(
        self, spatial: Tensor, global_: Tensor, meta: Tensor | None = None, mask: Tensor | None = None
    ) -> Outputs:
        trunk = self.trunk(spatial, global_, meta, mask)
        policy, pass_logits = self.policy_head(trunk, mask)
        value, score, ownership = self.value_head(trunk, mask)
        return Outputs(policy, pass_logits, value, score, ownership)

    def file_layers(self) -> list[FileLayer]:
        """The layers with arrays in the file, in its order."""
        return [layer for layer in self.modules() if isinstance(layer, FileLayer)]
