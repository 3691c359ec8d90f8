# SPDX-License-Identifier: MIT
"""KataGo's network files of versions 3 to 17 -> a NetworkConfig and the arrays of its layers, in the file's order."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from . import config as c
from .tokens import MARKER, TokenReader, unpacked

MAX_NAME = re.compile(r"[A-Za-z0-9_-]{1,96}")
ACTIVATION_TOKENS = {f"ACTIVATION_{kind.upper()}": kind for kind in c.ACTIVATIONS}
FIRST_BYTES = 1 << 17
FIRST_WITH_ACTIVATIONS = 11
FIRST_WITH_MULTIPLIERS = 13
FIRST_WITH_OPTIONS = 15
FIRST_WITH_HEAD_OPTIONS = 17


class LayerReader:
    """Reads single layers; checks what they take and make against what their neighbours do."""

    def __init__(self, tokens: TokenReader, version: int) -> None:
        self.tokens, self.version = tokens, version

    def _channels(self, what: str, wanted: int | None) -> int:
        found = self.tokens.integer(what, 1)
        if wanted is not None and found != wanted:
            raise self.tokens.fail(f"{what}: {found}, must be {wanted}")
        return found

    def conv(self, in_channels: int, out_channels: int | None = None) -> c.ConvConfig:
        name = self.tokens.name("a convolution's name")
        kernel = (self.tokens.integer("kernel rows", 1), self.tokens.integer("kernel columns", 1))
        if kernel[0] % 2 == 0 or kernel[1] % 2 == 0:
            raise self.tokens.fail(f"the kernel is {kernel[0]}x{kernel[1]}, must be odd")
        inputs = self._channels("input channels", in_channels)
        outputs = self._channels("output channels", out_channels)
        dilation = (self.tokens.integer("the dilation of rows", 1), self.tokens.integer("the dilation of columns", 1))
        self.tokens.floats(*kernel, inputs, outputs)
        return c.ConvConfig(name, inputs, outputs, kernel, dilation)

    def linear(self, in_channels: int, out_channels: int | None = None) -> c.LinearConfig:
        name = self.tokens.name("a matrix's name")
        inputs = self._channels("input channels", in_channels)
        outputs = self._channels("output channels", out_channels)
        self.tokens.floats(inputs, outputs)
        return c.LinearConfig(name, inputs, outputs)

    def bias(self, channels: int) -> c.BiasConfig:
        name = self.tokens.name("a bias's name")
        self._channels("channels", channels)
        self.tokens.floats(channels)
        return c.BiasConfig(name, channels)

    def batch_norm(self, channels: int) -> c.BatchNormConfig:
        name = self.tokens.name("a norm's name")
        self._channels("channels", channels)
        epsilon = self.tokens.real("epsilon")
        has_scale = bool(self.tokens.integer("whether there is a scale", 0, 1))
        has_bias = bool(self.tokens.integer("whether there is a bias", 0, 1))
        for _ in range(2 + has_scale + has_bias):
            self.tokens.floats(channels)
        return c.BatchNormConfig(name, channels, epsilon, has_scale, has_bias)

    def rms_norm(self, channels: int, tip: bool = False) -> c.RmsNormConfig:
        name = self.tokens.name("a norm's name")
        self._channels("channels", channels)
        epsilon = self.tokens.real("epsilon")
        over_board = False
        if tip:
            over_board = self.tokens.integer("whether the norm is over the board") != 0
            self.tokens.integer("the size of channel groups", 0, 0)
        for _ in range(2 if tip else 1):
            self.tokens.floats(channels)
        return c.RmsNormConfig(name, channels, epsilon, over_board, has_beta=tip)

    def activation(self) -> c.ActivationConfig:
        name = self.tokens.name("an activation's name")
        if self.version < FIRST_WITH_ACTIVATIONS:
            return c.ActivationConfig(name, "relu")
        token = self.tokens.token("an activation's kind")
        if token not in ACTIVATION_TOKENS:
            raise self.tokens.fail(f"unknown activation {token[:40]!r}, must be one of {', '.join(ACTIVATION_TOKENS)}")
        return c.ActivationConfig(name, ACTIVATION_TOKENS[token])

    def norm_activation(self, channels: int) -> c.NormActivationConfig:
        return c.NormActivationConfig(self.batch_norm(channels), self.activation())


def read_ordinary(r: LayerReader, channels: int) -> c.OrdinaryBlockConfig:
    name = r.tokens.name("a block's name")
    pre, regular = r.norm_activation(channels), r.conv(channels)
    mid = r.norm_activation(regular.out_channels)
    return c.OrdinaryBlockConfig(name, pre, regular, mid, r.conv(regular.out_channels, channels))


def read_gpool(r: LayerReader, channels: int) -> c.GpoolBlockConfig:
    name = r.tokens.name("a block's name")
    pre, regular, gpool = r.norm_activation(channels), r.conv(channels), r.conv(channels)
    gpool_norm = r.norm_activation(gpool.out_channels)
    to_bias = r.linear(3 * gpool.out_channels, regular.out_channels)
    mid = r.norm_activation(regular.out_channels)
    final = r.conv(regular.out_channels, channels)
    return c.GpoolBlockConfig(name, pre, regular, gpool, gpool_norm, to_bias, mid, final)


def read_nested(r: LayerReader, channels: int) -> c.NestedBlockConfig:
    name = r.tokens.name("a block's name")
    count = r.tokens.integer("the number of inner blocks", 1)
    pre, pre_conv = r.norm_activation(channels), r.conv(channels)
    inner = tuple(read_block(r, pre_conv.out_channels) for _ in range(count))
    post = r.norm_activation(pre_conv.out_channels)
    return c.NestedBlockConfig(name, pre, pre_conv, inner, post, r.conv(pre_conv.out_channels, channels))


def read_rope(r: LayerReader, kv_heads: int, qk_channels: int, learned: bool) -> c.RopeConfig:
    name = r.tokens.name("a rotary embedding's name")
    if qk_channels % 2:
        raise r.tokens.fail(f"rotary embedding of heads with {qk_channels} channels, must be even")
    if not learned:
        return c.RopeConfig(name, r.tokens.real("theta"))
    shape = (kv_heads, qk_channels // 2, 2)
    for size in shape:
        r.tokens.integer("a dimension of the frequencies", size, size)
    r.tokens.floats(*shape)
    return c.RopeConfig(name)


def read_attention(r: LayerReader, channels: int) -> c.AttentionBlockConfig:
    name = r.tokens.name("a block's name")
    heads = r.tokens.integer("the number of heads", 1)
    kv_heads = r.tokens.integer("the number of key/value heads", 1)
    qk, v = r.tokens.integer("the size of a query head", 1), r.tokens.integer("the size of a value head", 1)
    use_rope = r.tokens.integer("whether there is a rotary embedding") != 0
    learned = r.tokens.integer("whether the rotary embedding is learned") != 0
    if heads % kv_heads:
        raise r.tokens.fail(f"{heads} heads, which is no multiple of its {kv_heads} key/value heads")
    norm = r.rms_norm(channels)
    query, key = r.linear(channels, heads * qk), r.linear(channels, kv_heads * qk)
    value, out = r.linear(channels, kv_heads * v), r.linear(heads * v, channels)
    rope = read_rope(r, kv_heads, qk, learned) if use_rope else None
    return c.AttentionBlockConfig(name, heads, kv_heads, qk, v, norm, query, key, value, out, rope)


def read_ffn(r: LayerReader, channels: int) -> c.FfnBlockConfig:
    name = r.tokens.name("a block's name")
    r.tokens.integer("the number of channels", channels, channels)
    hidden = r.tokens.integer("the number of inner channels", 1)
    if r.tokens.integer("whether the block is gated") == 0:
        raise r.tokens.fail("is not gated (SwiGLU), which no network has")
    norm = r.rms_norm(channels)
    linear, gate = r.linear(channels, hidden), r.linear(channels, hidden)
    return c.FfnBlockConfig(name, norm, linear, gate, r.linear(hidden, channels))


BLOCK_READERS: dict[str, Callable[[LayerReader, int], c.BlockConfig]] = {
    "ordinary_block": read_ordinary,
    "gpool_block": read_gpool,
    "nested_bottleneck_block": read_nested,
    "transformer_attention_block": read_attention,
    "transformer_ffn_block": read_ffn,
}


def read_block(r: LayerReader, channels: int) -> c.BlockConfig:
    kind = r.tokens.token("a block's kind")
    if kind not in BLOCK_READERS:
        raise r.tokens.fail(f"unknown kind of block {kind[:40]!r}")
    return BLOCK_READERS[kind](r, channels)


def read_meta_encoder(r: LayerReader, channels: int) -> c.MetaEncoderConfig:
    name = r.tokens.name("the metadata encoder's name")
    r.tokens.integer("the number of metadata inputs", c.META_CHANNELS, c.META_CHANNELS)
    linear1 = r.linear(c.META_CHANNELS)
    bias1, activation1 = r.bias(linear1.out_channels), r.activation()
    linear2 = r.linear(linear1.out_channels)
    bias2, activation2 = r.bias(linear2.out_channels), r.activation()
    linear3 = r.linear(linear2.out_channels, channels)
    return c.MetaEncoderConfig(name, linear1, bias1, activation1, linear2, bias2, activation2, linear3)


def read_trunk(r: LayerReader, inputs: tuple[int, int], has_meta: bool) -> c.TrunkConfig:
    name = r.tokens.name("the trunk's name")
    count = r.tokens.integer("the number of blocks", 1)
    channels = r.tokens.integer("the number of trunk channels", 1)
    mid, regular = r.tokens.integer("mid channels", 1), r.tokens.integer("regular channels", 1)
    sizes = (mid, regular, r.tokens.integer("dilated channels"), r.tokens.integer("pooled channels", 1))
    rms_tip = False
    if r.version >= FIRST_WITH_OPTIONS:
        rms_tip = r.tokens.integer("the kind of the trunk's norm", 0, 1) == 1
        r.tokens.reserved(5)
    conv, linear = r.conv(inputs[0], channels), r.linear(inputs[1], channels)
    meta = read_meta_encoder(r, channels) if has_meta else None
    blocks = tuple(read_block(r, channels) for _ in range(count))
    norm = r.rms_norm(channels, tip=True) if rms_tip else r.batch_norm(channels)
    tip = c.NormActivationConfig(norm, r.activation())
    return c.TrunkConfig(name, channels, sizes, conv, linear, meta, blocks, tip)


def read_policy_head(r: LayerReader, channels: int) -> c.PolicyHeadConfig:
    name = r.tokens.name("the policy head's name")
    outputs = c.policy_channels(r.version)
    if outputs is None:
        outputs = r.tokens.integer("the number of policy channels", 2, 4)
        if outputs == 3:
            raise r.tokens.fail("the number of policy channels is 3, must be 2 or 4")
        r.tokens.reserved(3)
    p1, g1 = r.conv(channels), r.conv(channels)
    g1_norm = r.norm_activation(g1.out_channels)
    pooled = 3 * g1.out_channels
    to_bias = r.linear(pooled, p1.out_channels)
    p1_norm = r.norm_activation(p1.out_channels)
    p2 = r.conv(p1.out_channels, outputs)
    if r.version < FIRST_WITH_OPTIONS:
        return c.PolicyHeadConfig(name, p1, g1, g1_norm, to_bias, p1_norm, p2, r.linear(pooled, outputs))
    to_pass = r.linear(pooled, p1.out_channels)
    bias, activation = r.bias(p1.out_channels), r.activation()
    last = r.linear(p1.out_channels, outputs)
    return c.PolicyHeadConfig(name, p1, g1, g1_norm, to_bias, p1_norm, p2, to_pass, bias, activation, last)


def read_value_head(r: LayerReader, channels: int) -> c.ValueHeadConfig:
    name = r.tokens.name("the value head's name")
    if r.version >= FIRST_WITH_HEAD_OPTIONS:
        r.tokens.reserved(3)
    v1 = r.conv(channels)
    v1_norm = r.norm_activation(v1.out_channels)
    v2 = r.linear(3 * v1.out_channels)
    v2_bias, v2_activation = r.bias(v2.out_channels), r.activation()
    v3, v3_bias = r.linear(v2.out_channels, 3), r.bias(3)
    scores = c.score_channels(r.version)
    score, score_bias = r.linear(v2.out_channels, scores), r.bias(scores)
    ownership = r.conv(v1.out_channels, 1)
    return c.ValueHeadConfig(name, v1, v1_norm, v2, v2_bias, v2_activation, v3, v3_bias, score, score_bias, ownership)


def parse(tokens: TokenReader) -> c.NetworkConfig:
    name = tokens.token("the network's name")
    if not MAX_NAME.fullmatch(name):
        raise tokens.fail("the network's name must be 1 to 96 letters, digits, _ and -; is this a network file?")
    version = tokens.integer("the network's version", c.OLDEST_VERSION, c.NEWEST_VERSION)
    inputs = c.input_channels(version)
    tokens.integer("the number of spatial inputs", inputs[0], inputs[0])
    tokens.integer("the number of global inputs", inputs[1], inputs[1])
    multipliers = c.Multipliers()
    if version >= FIRST_WITH_MULTIPLIERS:
        multipliers = c.Multipliers(*(tokens.real("a multiplier of outputs") for _ in range(7)))
    has_meta = pass_alive = False
    if version >= FIRST_WITH_OPTIONS:
        has_meta = tokens.integer("the metadata encoder's version", 0, 1) == 1
        pass_alive = tokens.integer("the pass-alive option", 0, 1) == 1
        tokens.reserved(6)
    r = LayerReader(tokens, version)
    trunk = read_trunk(r, inputs, has_meta)
    policy, value = read_policy_head(r, trunk.channels), read_value_head(r, trunk.channels)
    return c.NetworkConfig(name, version, *inputs, trunk, policy, value, multipliers, pass_alive)


def read_file(path: Path) -> tuple[c.NetworkConfig, list[np.ndarray]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise c.NetworkError(f"{path}: cannot be read: {error.strerror}") from error
    data = unpacked(data, str(path))
    # Only the binary form has the marker, and before any weights of it there are but a few words.
    tokens = TokenReader(data, str(path), text=MARKER not in data[:FIRST_BYTES])
    return parse(tokens), tokens.arrays
