# SPDX-License-Identifier: MIT
"""A network -> KataGo's file, which KataGo and this engine read. The mirror image of reader.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import config as c
from .reader import (
    FIRST_WITH_ACTIVATIONS,
    FIRST_WITH_HEAD_OPTIONS,
    FIRST_WITH_MULTIPLIERS,
    FIRST_WITH_OPTIONS,
    MAX_NAME,
)
from .tokens import TokenWriter


class LayerWriter:
    def __init__(self, tokens: TokenWriter, version: int) -> None:
        self.tokens, self.version = tokens, version
        self.put = tokens.put

    def conv(self, layer: c.ConvConfig) -> None:
        self.put(layer.name, *layer.kernel, layer.in_channels, layer.out_channels, *layer.dilation)
        self.tokens.floats()

    def linear(self, layer: c.LinearConfig) -> None:
        self.put(layer.name, layer.in_channels, layer.out_channels)
        self.tokens.floats()

    def bias(self, layer: c.BiasConfig) -> None:
        self.put(layer.name, layer.channels)
        self.tokens.floats()

    def norm(self, norm: c.BatchNormConfig | c.RmsNormConfig) -> None:
        self.put(norm.name, norm.channels, norm.epsilon)
        if isinstance(norm, c.BatchNormConfig):
            self.put(norm.has_scale, norm.has_bias)
            blocks = 2 + norm.has_scale + norm.has_bias
        else:
            if norm.has_beta:
                self.put(norm.over_board, 0)
            blocks = 1 + norm.has_beta
        for _ in range(blocks):
            self.tokens.floats()

    def activation(self, layer: c.ActivationConfig) -> None:
        self.put(layer.name)
        if self.version >= FIRST_WITH_ACTIVATIONS:
            self.put(f"ACTIVATION_{layer.kind.upper()}")
        elif layer.kind != "relu":
            raise c.NetworkError(f"version {self.version} has no activation but relu; {layer.name} is {layer.kind}")

    def norm_activation(self, layer: c.NormActivationConfig) -> None:
        self.norm(layer.norm)
        self.activation(layer.activation)

    def reserved(self, count: int) -> None:
        self.put(*([0] * count))


def write_ordinary(w: LayerWriter, block: c.OrdinaryBlockConfig) -> None:
    w.put("ordinary_block", block.name)
    w.norm_activation(block.pre)
    w.conv(block.regular)
    w.norm_activation(block.mid)
    w.conv(block.final)


def write_gpool(w: LayerWriter, block: c.GpoolBlockConfig) -> None:
    w.put("gpool_block", block.name)
    w.norm_activation(block.pre)
    w.conv(block.regular)
    w.conv(block.gpool)
    w.norm_activation(block.gpool_norm)
    w.linear(block.gpool_to_bias)
    w.norm_activation(block.mid)
    w.conv(block.final)


def write_nested(w: LayerWriter, block: c.NestedBlockConfig) -> None:
    w.put("nested_bottleneck_block", block.name, len(block.inner))
    w.norm_activation(block.pre)
    w.conv(block.pre_conv)
    for inner in block.inner:
        write_block(w, inner)
    w.norm_activation(block.post)
    w.conv(block.post_conv)


def write_attention(w: LayerWriter, block: c.AttentionBlockConfig) -> None:
    rope = block.rope
    w.put("transformer_attention_block", block.name, block.heads, block.kv_heads, block.qk_channels, block.v_channels)
    w.put(rope is not None, rope is not None and rope.theta is None)
    w.norm(block.norm)
    for layer in (block.query, block.key, block.value, block.out):
        w.linear(layer)
    if rope is None:
        return
    w.put(rope.name)
    if rope.theta is None:
        w.put(block.kv_heads, block.qk_channels // 2, 2)
        w.tokens.floats()
    else:
        w.put(rope.theta)


def write_ffn(w: LayerWriter, block: c.FfnBlockConfig) -> None:
    w.put("transformer_ffn_block", block.name, block.norm.channels, block.linear.out_channels, 1)
    w.norm(block.norm)
    for layer in (block.linear, block.gate, block.out):
        w.linear(layer)


BLOCK_WRITERS: dict[type, Callable[[LayerWriter, Any], None]] = {
    c.OrdinaryBlockConfig: write_ordinary,
    c.GpoolBlockConfig: write_gpool,
    c.NestedBlockConfig: write_nested,
    c.AttentionBlockConfig: write_attention,
    c.FfnBlockConfig: write_ffn,
}


def write_block(w: LayerWriter, block: c.BlockConfig) -> None:
    BLOCK_WRITERS[type(block)](w, block)


def write_trunk(w: LayerWriter, trunk: c.TrunkConfig) -> None:
    w.put(trunk.name, len(trunk.blocks), trunk.channels, *trunk.sizes)
    rms_tip = isinstance(trunk.tip.norm, c.RmsNormConfig)
    if w.version >= FIRST_WITH_OPTIONS:
        w.put(rms_tip)
        w.reserved(5)
    elif rms_tip:
        raise c.NetworkError(f"version {w.version} has no RMS norm at the trunk's end")
    w.conv(trunk.conv)
    w.linear(trunk.linear)
    if meta := trunk.meta_encoder:
        w.put(meta.name, c.META_CHANNELS)
        w.linear(meta.linear1)
        w.bias(meta.bias1)
        w.activation(meta.activation1)
        w.linear(meta.linear2)
        w.bias(meta.bias2)
        w.activation(meta.activation2)
        w.linear(meta.linear3)
    for block in trunk.blocks:
        write_block(w, block)
    w.norm_activation(trunk.tip)


def write_policy_head(w: LayerWriter, head: c.PolicyHeadConfig) -> None:
    w.put(head.name)
    if w.version >= FIRST_WITH_HEAD_OPTIONS:
        w.put(head.p2.out_channels)
        w.reserved(3)
    w.conv(head.p1)
    w.conv(head.g1)
    w.norm_activation(head.g1_norm)
    w.linear(head.gpool_to_bias)
    w.norm_activation(head.p1_norm)
    w.conv(head.p2)
    w.linear(head.gpool_to_pass)
    deep = head.pass_bias is not None and head.pass_activation is not None and head.pass_linear2 is not None
    if deep != (w.version >= FIRST_WITH_OPTIONS):
        raise c.NetworkError(
            f"version {w.version} {'has no' if deep else 'wants a'} second layer before the pass logits"
        )
    if head.pass_bias and head.pass_activation and head.pass_linear2:
        w.bias(head.pass_bias)
        w.activation(head.pass_activation)
        w.linear(head.pass_linear2)


def write_value_head(w: LayerWriter, head: c.ValueHeadConfig) -> None:
    w.put(head.name)
    if w.version >= FIRST_WITH_HEAD_OPTIONS:
        w.reserved(3)
    w.conv(head.v1)
    w.norm_activation(head.v1_norm)
    w.linear(head.v2)
    w.bias(head.v2_bias)
    w.activation(head.v2_activation)
    w.linear(head.v3)
    w.bias(head.v3_bias)
    w.linear(head.score)
    w.bias(head.score_bias)
    w.conv(head.ownership)


def check_config(config: c.NetworkConfig) -> None:
    """What a version must have for its file to be readable again."""
    version = config.version
    if not c.OLDEST_VERSION <= version <= c.NEWEST_VERSION:
        raise c.NetworkError(f"version {version}: {c.OLDEST_VERSION} to {c.NEWEST_VERSION} can be written")
    if not MAX_NAME.fullmatch(config.name):
        raise c.NetworkError(f"the name {config.name!r} must be 1 to 96 letters, digits, _ and -")
    implied = c.policy_channels(version)
    for what, found, wanted in (
        ("inputs", (config.spatial_channels, config.global_channels), c.input_channels(version)),
        ("policy channels", config.policy_channels, config.policy_channels if implied is None else implied),
        ("score channels", config.score_channels, c.score_channels(version)),
        (
            "a metadata encoder",
            bool(config.meta_channels),
            bool(config.meta_channels) and version >= FIRST_WITH_OPTIONS,
        ),
    ):
        if found != wanted:
            raise c.NetworkError(f"version {version}: {what}: {found}, must be {wanted}")


def file_bytes(config: c.NetworkConfig, arrays: list[np.ndarray], text: bool) -> bytes:
    check_config(config)
    tokens = TokenWriter(arrays, text)
    w = LayerWriter(tokens, config.version)
    w.put(config.name, config.version, config.spatial_channels, config.global_channels)
    if config.version >= FIRST_WITH_MULTIPLIERS:
        m = config.multipliers
        w.put(m.td_score, m.score_mean, m.score_stdev, m.lead, m.variance_time)
        w.put(m.shortterm_value_error, m.shortterm_score_error)
    if config.version >= FIRST_WITH_OPTIONS:
        w.put(config.meta_channels > 0, config.pass_alive_under_suicide)
        w.reserved(6)
    write_trunk(w, config.trunk)
    write_policy_head(w, config.policy)
    write_value_head(w, config.value)
    return tokens.bytes()
