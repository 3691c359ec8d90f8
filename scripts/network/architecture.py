# SPDX-License-Identifier: MIT
"""Configurations of the usual shapes, for new networks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from . import config as c

EPSILON = 1e-5


@dataclass(frozen=True)
class Heads:
    """Channels of the policy head's convolutions, of the value head's, and of its hidden layer."""

    p1: int = 32
    g1: int = 32
    v1: int = 32
    v2: int = 64


@dataclass(frozen=True)
class Attention:
    """Sizes of an attention block, with learned rotary embedding, and of the feed-forward block after it (0: none)."""

    heads: int = 2
    head_channels: int = 16  # of a query, a key and a value alike
    ffn_channels: int = 0


def _norm(name: str, channels: int, activation: str, has_scale: bool = True) -> c.NormActivationConfig:
    norm = c.BatchNormConfig(f"{name}.norm", channels, EPSILON, has_scale)
    return c.NormActivationConfig(norm, c.ActivationConfig(f"{name}.act", activation))


def _plain_block(name: str, channels: int, mid: int, gpool: int, activation: str) -> c.BlockConfig:
    """An ordinary block, or with `gpool` > 0 pooled channels one with global pooling."""
    pre = _norm(f"{name}.pre", channels, activation)
    if gpool == 0:
        regular = c.ConvConfig(f"{name}.conv1", channels, mid)
        norm = _norm(f"{name}.mid", mid, activation)
        return c.OrdinaryBlockConfig(name, pre, regular, norm, c.ConvConfig(f"{name}.conv2", mid, channels))
    kept = mid - gpool
    return c.GpoolBlockConfig(
        name,
        pre,
        c.ConvConfig(f"{name}.conv1", channels, kept),
        c.ConvConfig(f"{name}.gpool", channels, gpool),
        _norm(f"{name}.gpool", gpool, activation),
        c.LinearConfig(f"{name}.gpool_to_bias", 3 * gpool, kept),
        _norm(f"{name}.mid", kept, activation),
        c.ConvConfig(f"{name}.conv2", kept, channels),
    )


def _attention_blocks(name: str, channels: int, sizes: Attention) -> tuple[c.BlockConfig, ...]:
    width, ffn = sizes.heads * sizes.head_channels, sizes.ffn_channels
    attention = c.AttentionBlockConfig(
        f"{name}.attention",
        sizes.heads,
        sizes.heads,
        sizes.head_channels,
        sizes.head_channels,
        c.RmsNormConfig(f"{name}.attention.norm", channels),
        c.LinearConfig(f"{name}.query", channels, width),
        c.LinearConfig(f"{name}.key", channels, width),
        c.LinearConfig(f"{name}.value", channels, width),
        c.LinearConfig(f"{name}.out", width, channels),
        c.RopeConfig(f"{name}.rope"),
    )
    if ffn == 0:
        return (attention,)
    norm = c.RmsNormConfig(f"{name}.ffn.norm", channels)
    linear, gate = (c.LinearConfig(f"{name}.ffn.{part}", channels, ffn) for part in ("linear", "gate"))
    return attention, c.FfnBlockConfig(
        f"{name}.ffn", norm, linear, gate, c.LinearConfig(f"{name}.ffn.out", ffn, channels)
    )


def _policy_head(version: int, channels: int, heads: Heads, activation: str) -> c.PolicyHeadConfig:
    outputs = c.policy_channels(version) or 2
    pooled, deep = 3 * heads.g1, version >= 15
    return c.PolicyHeadConfig(
        "policy",
        c.ConvConfig("policy.p1", channels, heads.p1, (1, 1)),
        c.ConvConfig("policy.g1", channels, heads.g1, (1, 1)),
        _norm("policy.g1", heads.g1, activation, has_scale=False),
        c.LinearConfig("policy.gpool_to_bias", pooled, heads.p1),
        _norm("policy.p1", heads.p1, activation, has_scale=False),
        c.ConvConfig("policy.p2", heads.p1, outputs, (1, 1)),
        c.LinearConfig("policy.gpool_to_pass", pooled, heads.p1 if deep else outputs),
        c.BiasConfig("policy.pass_bias", heads.p1) if deep else None,
        c.ActivationConfig("policy.pass_act", activation) if deep else None,
        c.LinearConfig("policy.pass", heads.p1, outputs) if deep else None,
    )


def _value_head(version: int, channels: int, heads: Heads, activation: str) -> c.ValueHeadConfig:
    scores = c.score_channels(version)
    return c.ValueHeadConfig(
        "value",
        c.ConvConfig("value.v1", channels, heads.v1, (1, 1)),
        _norm("value.v1", heads.v1, activation, has_scale=False),
        c.LinearConfig("value.v2", 3 * heads.v1, heads.v2),
        c.BiasConfig("value.v2_bias", heads.v2),
        c.ActivationConfig("value.v2_act", activation),
        c.LinearConfig("value.v3", heads.v2, 3),
        c.BiasConfig("value.v3_bias", 3),
        c.LinearConfig("value.score", heads.v2, scores),
        c.BiasConfig("value.score_bias", scores),
        c.ConvConfig("value.ownership", heads.v1, 1, (1, 1)),
    )


def _network(
    name: str,
    version: int,
    channels: int,
    sizes: tuple[int, int, int, int],
    blocks: tuple[c.BlockConfig, ...],
    heads: Heads,
    activation: str,
) -> c.NetworkConfig:
    if activation not in c.ACTIVATIONS:
        raise c.NetworkError(f"activation {activation!r}, must be one of {', '.join(c.ACTIVATIONS)}")
    spatial, global_ = c.input_channels(version)
    trunk = c.TrunkConfig(
        "trunk",
        channels,
        sizes,
        c.ConvConfig("trunk.conv", spatial, channels),
        c.LinearConfig("trunk.linear", global_, channels),
        None,
        blocks,
        _norm("trunk.tip", channels, activation),
    )
    policy, value = (
        _policy_head(version, channels, heads, activation),
        _value_head(version, channels, heads, activation),
    )
    return c.NetworkConfig(name, version, spatial, global_, trunk, policy, value)


def _check_places(what: str, places: Collection[int], blocks: int) -> None:
    if any(not 1 <= at <= blocks for at in places):
        raise c.NetworkError(f"{what} at blocks {sorted(places)}: there are blocks 1 to {blocks}")


def _check_gpool(gpool_at: Collection[int], blocks: int, gpool: int, width: int) -> None:
    _check_places("global pooling", gpool_at, blocks)
    if not 0 < gpool < width:
        raise c.NetworkError(f"{gpool} pooled channels of {width}: must be at least 1 and leave some over")


def residual(
    name: str,
    blocks: int,
    channels: int,
    *,
    gpool_at: Collection[int] = (),
    gpool_channels: int = 16,
    attention_at: Collection[int] = (),
    attention: Attention | None = None,
    heads: Heads | None = None,
    activation: str = "relu",
    version: int = 15,
) -> c.NetworkConfig:
    """Plain residual blocks; those of numbers `gpool_at` (from 1) pool `gpool_channels` of their channels, those of
    numbers `attention_at` are followed by attention."""
    _check_gpool(gpool_at, blocks, gpool_channels, channels)
    _check_places("attention", attention_at, blocks)
    made: list[c.BlockConfig] = []
    for i in range(1, blocks + 1):
        pooled = gpool_channels if i in gpool_at else 0
        made.append(_plain_block(f"b{i}", channels, channels, pooled, activation))
        if i in attention_at:
            made += _attention_blocks(f"b{i}", channels, attention or Attention())
    sizes = (channels, channels - gpool_channels, gpool_channels, gpool_channels)
    return _network(name, version, channels, sizes, tuple(made), heads or Heads(), activation)


def bottleneck(
    name: str,
    blocks: int,
    channels: int,
    mid: int,
    *,
    inner: int = 2,
    gpool_at: Collection[int] = (),
    gpool_channels: int = 16,
    heads: Heads | None = None,
    activation: str = "mish",
    version: int = 15,
) -> c.NetworkConfig:
    """Nested bottlenecks: 1x1 to `mid` channels, `inner` residual blocks there, 1x1 back."""
    _check_gpool(gpool_at, blocks, gpool_channels, mid)

    def nested(i: int) -> c.NestedBlockConfig:
        block = f"b{i}"
        pooled = gpool_channels if i in gpool_at else 0
        insides = tuple(
            _plain_block(f"{block}.{j}", mid, mid, pooled if j == 1 else 0, activation) for j in range(1, inner + 1)
        )
        pre, post = _norm(f"{block}.pre", channels, activation), _norm(f"{block}.post", mid, activation)
        down, up = (
            c.ConvConfig(f"{block}.down", channels, mid, (1, 1)),
            c.ConvConfig(f"{block}.up", mid, channels, (1, 1)),
        )
        return c.NestedBlockConfig(block, pre, down, insides, post, up)

    sizes = (mid, mid - gpool_channels, gpool_channels, gpool_channels)
    made = tuple(nested(i) for i in range(1, blocks + 1))
    return _network(name, version, channels, sizes, made, heads or Heads(), activation)
