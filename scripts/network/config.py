# SPDX-License-Identifier: MIT
"""What a network looks like, as plain data: one dataclass per layer, block and head, in the order of KataGo's files.

Names are those of the file; they carry no meaning. Channels are counts. Everything is immutable and comparable.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ACTIVATIONS = ("identity", "relu", "mish", "silu")

OLDEST_VERSION, NEWEST_VERSION = 3, 17
META_CHANNELS = 192


class NetworkError(Exception):
    """A network file or description that cannot be used; the text says which, where, what was found and wanted."""


@dataclass(frozen=True)
class ConvConfig:
    name: str
    in_channels: int
    out_channels: int
    kernel: tuple[int, int] = (3, 3)  # rows, columns; both odd
    dilation: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class LinearConfig:
    name: str
    in_channels: int
    out_channels: int


@dataclass(frozen=True)
class BiasConfig:
    name: str
    channels: int


@dataclass(frozen=True)
class BatchNormConfig:
    name: str
    channels: int
    epsilon: float = 1e-5
    has_scale: bool = True
    has_bias: bool = True


@dataclass(frozen=True)
class RmsNormConfig:
    """`has_beta` is true of a trunk's last norm, which alone may take its mean over the whole board."""

    name: str
    channels: int
    epsilon: float = 1e-6
    over_board: bool = False
    has_beta: bool = False


@dataclass(frozen=True)
class ActivationConfig:
    name: str
    kind: str  # one of ACTIVATIONS


@dataclass(frozen=True)
class NormActivationConfig:
    norm: BatchNormConfig | RmsNormConfig
    activation: ActivationConfig


@dataclass(frozen=True)
class OrdinaryBlockConfig:
    name: str
    pre: NormActivationConfig
    regular: ConvConfig
    mid: NormActivationConfig
    final: ConvConfig


@dataclass(frozen=True)
class GpoolBlockConfig:
    name: str
    pre: NormActivationConfig
    regular: ConvConfig
    gpool: ConvConfig
    gpool_norm: NormActivationConfig
    gpool_to_bias: LinearConfig
    mid: NormActivationConfig
    final: ConvConfig


@dataclass(frozen=True)
class NestedBlockConfig:
    name: str
    pre: NormActivationConfig
    pre_conv: ConvConfig
    inner: tuple[BlockConfig, ...]
    post: NormActivationConfig
    post_conv: ConvConfig


@dataclass(frozen=True)
class RopeConfig:
    """Rotary embedding: `theta` is None where the frequencies are learned."""

    name: str
    theta: float | None = None


@dataclass(frozen=True)
class AttentionBlockConfig:
    name: str
    heads: int
    kv_heads: int
    qk_channels: int  # of one head
    v_channels: int  # of one head
    norm: RmsNormConfig
    query: LinearConfig
    key: LinearConfig
    value: LinearConfig
    out: LinearConfig
    rope: RopeConfig | None


@dataclass(frozen=True)
class FfnBlockConfig:
    name: str
    norm: RmsNormConfig
    linear: LinearConfig
    gate: LinearConfig
    out: LinearConfig


BlockConfig = OrdinaryBlockConfig | GpoolBlockConfig | NestedBlockConfig | AttentionBlockConfig | FfnBlockConfig


def _has_attention(block: BlockConfig) -> bool:
    inner = block.inner if isinstance(block, NestedBlockConfig) else ()
    return isinstance(block, AttentionBlockConfig) or any(_has_attention(part) for part in inner)


@dataclass(frozen=True)
class MetaEncoderConfig:
    name: str
    linear1: LinearConfig
    bias1: BiasConfig
    activation1: ActivationConfig
    linear2: LinearConfig
    bias2: BiasConfig
    activation2: ActivationConfig
    linear3: LinearConfig


@dataclass(frozen=True)
class TrunkConfig:
    """`sizes`: mid, regular, dilated and pooled channels as the header has them, for the reference engine's buffers."""

    name: str
    channels: int
    sizes: tuple[int, int, int, int]
    conv: ConvConfig
    linear: LinearConfig
    meta_encoder: MetaEncoderConfig | None
    blocks: tuple[BlockConfig, ...]
    tip: NormActivationConfig


@dataclass(frozen=True)
class PolicyHeadConfig:
    """The last three layers exist from version 15 on; before, `gpool_to_pass` makes the pass logits itself."""

    name: str
    p1: ConvConfig
    g1: ConvConfig
    g1_norm: NormActivationConfig
    gpool_to_bias: LinearConfig
    p1_norm: NormActivationConfig
    p2: ConvConfig
    gpool_to_pass: LinearConfig
    pass_bias: BiasConfig | None = None
    pass_activation: ActivationConfig | None = None
    pass_linear2: LinearConfig | None = None


@dataclass(frozen=True)
class ValueHeadConfig:
    name: str
    v1: ConvConfig
    v1_norm: NormActivationConfig
    v2: LinearConfig
    v2_bias: BiasConfig
    v2_activation: ActivationConfig
    v3: LinearConfig
    v3_bias: BiasConfig
    score: LinearConfig
    score_bias: BiasConfig
    ownership: ConvConfig


@dataclass(frozen=True)
class Multipliers:
    """Factors from raw outputs to points and the like, in the order of the file."""

    td_score: float = 20.0
    score_mean: float = 20.0
    score_stdev: float = 20.0
    lead: float = 20.0
    variance_time: float = 40.0
    shortterm_value_error: float = 0.25
    shortterm_score_error: float = 30.0


@dataclass(frozen=True)
class NetworkConfig:
    name: str
    version: int
    spatial_channels: int
    global_channels: int
    trunk: TrunkConfig
    policy: PolicyHeadConfig
    value: ValueHeadConfig
    multipliers: Multipliers = field(default_factory=Multipliers)
    pass_alive_under_suicide: bool = False

    @property
    def meta_channels(self) -> int:
        return META_CHANNELS if self.trunk.meta_encoder else 0

    @property
    def has_attention(self) -> bool:
        return any(_has_attention(block) for block in self.trunk.blocks)

    @property
    def policy_channels(self) -> int:
        return self.policy.p2.out_channels

    @property
    def score_channels(self) -> int:
        return self.value.score.out_channels


def input_channels(version: int) -> tuple[int, int]:
    """Spatial and global input channels of a model version."""
    return {3: (22, 14), 4: (22, 14), 5: (22, 14), 6: (13, 12), 7: (22, 16)}.get(version, (22, 19))


def policy_channels(version: int) -> int | None:
    """Policy channels that a version implies; None where the file says (version 17: 2 or 4)."""
    if version >= 17:
        return None
    return 1 if version < 12 else 2 if version < 16 else 4


def score_channels(version: int) -> int:
    if version == 3:
        return 1
    return 2 if version < 8 else 4 if version == 8 else 6
