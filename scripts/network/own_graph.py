# SPDX-License-Identifier: MIT
"""The graph in the engine's own network files -> a NetworkConfig and the arrays of its layers, in KataGo's order.

Nodes stand in the order in which the engine reads the layers of a KataGo file, so that blocks can be told apart by the
layers that they begin with. Each node's layer and inputs are compared with what the block asks for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from . import config as c
from .own_file import Int8Weights, OwnFile, read_own_file

Array = np.ndarray | Int8Weights
ROTATED = (16, 32, 64, 48, 96, 192)  # input channels of INT8 weights that may be rotated together
END_OF_BLOCK = ["batch_norm", "activation", "conv2d", "add"]


class GraphReader:
    """Takes nodes from front to back. `last` is the one taken last, `arrays` what the nodes so far hold."""

    def __init__(self, nodes: list[dict[str, Any]], tensors: dict[str, np.ndarray]) -> None:
        self.nodes, self.tensors = nodes, tensors
        self.arrays: list[Array] = []
        self.last = -1

    def layers(self, count: int) -> list[str]:
        """Of the nodes that come next."""
        return [node["layer"] for node in self.nodes[self.last + 1 : self.last + 1 + count]]

    def inputs(self, ahead: int) -> list[int]:
        return self.nodes[self.last + ahead]["inputs"]

    def take(self, layer: str, *inputs: int) -> dict[str, Any]:
        if self.last + 1 == len(self.nodes):
            raise c.NetworkError(f"its graph ends where a {layer} should follow")
        self.last += 1
        node = self.nodes[self.last]
        if node["layer"] != layer or node["inputs"] != list(inputs):
            raise c.NetworkError(
                f"{node['name']}: is {node['layer']} of {node['inputs']}, where a KataGo network has {layer} of "
                f"{list(inputs)}"
            )
        return node

    def _weights(self, node: dict[str, Any], shape: tuple[int, ...]) -> Array:
        values = self.tensors[node["weights"]]
        if values.shape != shape:
            raise c.NetworkError(f"{node['name']}: its weights have shape {values.shape}, must have {shape}")
        if values.dtype != np.int8:
            return values.astype(np.float32)
        scales, block = self.tensors[node["scales"]].astype(np.float32), int(node["block"])
        wanted = (*shape[:-2], -(-shape[-2] // block), shape[-1])
        if scales.shape != wanted:
            raise c.NetworkError(f"{node['name']}: its scales have shape {scales.shape}, must have {wanted}")
        rotated = int(node.get("turned", 0))
        if rotated and (len(shape) != 2 and shape[:-2] != (1, 1) or shape[-2] % rotated or rotated not in ROTATED):
            raise c.NetworkError(f"{node['name']}: {rotated} of its {shape[-2]} input channels are rotated together")
        return Int8Weights(values, scales, block, rotated)

    def _vectors(self, node: dict[str, Any], *keys: str) -> int:
        self.arrays += [self.tensors[node[key]] for key in keys if key in node]
        return len(self.tensors[node[keys[0]]])

    def conv(self, x: int) -> c.ConvConfig:
        node = self.take("conv2d", x)
        kernel, dilation = (node["kernel_y"], node["kernel_x"]), (node["dilation_y"], node["dilation_x"])
        self.arrays.append(self._weights(node, (*kernel, node["in"], node["out"])))
        return c.ConvConfig(node["name"], node["in"], node["out"], kernel, dilation)

    def linear(self, x: int) -> c.LinearConfig:
        node = self.take("matmul", x)
        self.arrays.append(self._weights(node, (node["in"], node["out"])))
        return c.LinearConfig(node["name"], node["in"], node["out"])

    def bias(self, x: int) -> c.BiasConfig:
        node = self.take("bias", x)
        return c.BiasConfig(node["name"], self._vectors(node, "bias"))

    def batch_norm(self, x: int) -> c.BatchNormConfig:
        node = self.take("batch_norm", x)
        channels = self._vectors(node, "mean", "variance", "scale", "bias")
        return c.BatchNormConfig(node["name"], channels, node["epsilon"], "scale" in node, "bias" in node)

    def rms_norm(self, x: int) -> c.RmsNormConfig:
        node = self.take("rms_norm", x)
        channels = self._vectors(node, "gamma", "beta")
        return c.RmsNormConfig(node["name"], channels, node["epsilon"], node["over_board"], "beta" in node)

    def activation(self, x: int) -> c.ActivationConfig:
        node = self.take("activation", x)
        if node["kind"] not in c.ACTIVATIONS:
            raise c.NetworkError(f"{node['name']}: unknown activation {node['kind']}")
        return c.ActivationConfig(node["name"], node["kind"])

    def norm_activation(self, x: int) -> c.NormActivationConfig:
        norm = self.rms_norm(x) if self.layers(1) == ["rms_norm"] else self.batch_norm(x)
        return c.NormActivationConfig(norm, self.activation(self.last))

    def add(self, stack: int, what: str = ".add") -> str:
        """The end of a block; returns the block's name."""
        return self.take("add", stack, self.last)["name"].removesuffix(what)

    def pool(self, x: int, kind: str) -> tuple[int, str]:
        """Returns the node and the name of what it is part of."""
        node = self.take("global_pool", x)
        if node["kind"] != kind:
            raise c.NetworkError(f"{node['name']}: pools by {node['kind']}, must by {kind}")
        return self.last, node["name"].removesuffix(".pool")


def _ends_block(r: GraphReader, stack: int) -> bool:
    """Whether the block that adds to `stack` ends with the next four nodes."""
    return r.layers(len(END_OF_BLOCK)) == END_OF_BLOCK and r.inputs(len(END_OF_BLOCK))[0] == stack


def _attention(r: GraphReader, stack: int) -> c.AttentionBlockConfig:
    norm = r.rms_norm(stack)
    x, projections, ids = r.last, [], []
    for _ in range(3):
        projections.append(r.linear(x))
        ids.append(r.last)
    node = r.take("attention", *ids)
    out = r.linear(r.last)
    rope = None
    if "frequencies" in node:
        pairs = node["qk_channels"] // 2
        r.arrays.append(r.tensors[node["frequencies"]].reshape(node["kv_heads"], pairs, 2))
        rope = c.RopeConfig(node["name"])  # fixed frequencies, too, stand in the file
    sizes = (node["heads"], node["kv_heads"], node["qk_channels"], node["v_channels"])
    return c.AttentionBlockConfig(r.add(stack), *sizes, norm, *projections, out, rope)


def _ffn(r: GraphReader, stack: int) -> c.FfnBlockConfig:
    norm = r.rms_norm(stack)
    x = r.last
    linear, gate = r.linear(x), r.linear(x)
    if r.take("activation", r.last - 1)["kind"] != "silu":
        raise c.NetworkError(f"{norm.name}: its block is not gated by SiLU")
    r.take("multiply", r.last, r.last - 1)
    out = r.linear(r.last)
    return c.FfnBlockConfig(r.add(stack), norm, linear, gate, out)


def _convolutional(r: GraphReader, stack: int) -> c.BlockConfig:
    pre = r.norm_activation(stack)
    x = r.last
    first = r.conv(x)
    at = r.last
    if r.layers(1) == ["conv2d"] and r.inputs(1) == [x]:
        gpool = r.conv(x)
        gpool_norm = r.norm_activation(r.last)
        to_bias = r.linear(r.pool(r.last, "max")[0])
        r.take("add_broadcast", at, r.last)
        mid = r.norm_activation(r.last)
        final = r.conv(r.last)
        return c.GpoolBlockConfig(r.add(stack), pre, first, gpool, gpool_norm, to_bias, mid, final)
    inner: list[c.BlockConfig] = []
    while not _ends_block(r, stack):
        inner.append(_block(r, r.last))
    last_norm = r.norm_activation(r.last)
    final = r.conv(r.last)
    name = r.add(stack)
    if inner:
        return c.NestedBlockConfig(name, pre, first, tuple(inner), last_norm, final)
    return c.OrdinaryBlockConfig(name, pre, first, last_norm, final)


def _block(r: GraphReader, stack: int) -> c.BlockConfig:
    if r.layers(1) != ["rms_norm"]:
        return _convolutional(r, stack)
    return _attention(r, stack) if r.layers(4)[-1] == "matmul" else _ffn(r, stack)


def _meta_encoder(r: GraphReader) -> c.MetaEncoderConfig:
    r.take("input_meta")
    parts: list[Any] = []
    for _ in range(2):
        parts += [r.linear(r.last), r.bias(r.last), r.activation(r.last)]
    return c.MetaEncoderConfig("meta", *parts, r.linear(r.last))


def _trunk(r: GraphReader, blocks: int, has_meta: bool) -> c.TrunkConfig:
    r.take("input_spatial")
    r.take("input_global")
    conv, linear = r.conv(0), r.linear(1)
    planes, vector = r.last - 1, r.last
    meta = _meta_encoder(r) if has_meta else None
    if meta:
        r.take("add", vector, r.last)
    name = r.take("add_broadcast", planes, r.last)["name"].removesuffix(".start")
    made = tuple(_block(r, r.last) for _ in range(blocks))
    tip = r.norm_activation(r.last)
    # The sizes of the reference engine's buffers are not stored; no block needs more than the trunk's channels.
    sizes = (conv.out_channels,) * 4
    return c.TrunkConfig(name, conv.out_channels, sizes, conv, linear, meta, made, tip)


def _policy_head(r: GraphReader, trunk: int) -> c.PolicyHeadConfig:
    p1 = r.conv(trunk)
    p1_at, g1 = r.last, r.conv(trunk)
    g1_norm = r.norm_activation(r.last)
    pooled, name = r.pool(r.last, "max")
    to_bias = r.linear(pooled)
    r.take("add_broadcast", p1_at, r.last)
    p1_norm = r.norm_activation(r.last)
    p2, to_pass = r.conv(r.last), r.linear(pooled)
    if r.layers(1) != ["bias"]:
        return c.PolicyHeadConfig(name, p1, g1, g1_norm, to_bias, p1_norm, p2, to_pass)
    bias, activation = r.bias(r.last), r.activation(r.last)
    return c.PolicyHeadConfig(name, p1, g1, g1_norm, to_bias, p1_norm, p2, to_pass, bias, activation, r.linear(r.last))


def _value_head(r: GraphReader, trunk: int) -> c.ValueHeadConfig:
    v1 = r.conv(trunk)
    v1_norm = r.norm_activation(r.last)
    v1_at = r.last
    pooled, name = r.pool(v1_at, "value")
    v2 = r.linear(pooled)
    v2_bias = r.bias(r.last)
    v2_activation = r.activation(r.last)
    v2_at = r.last
    v3 = r.linear(v2_at)
    v3_bias = r.bias(r.last)
    score = r.linear(v2_at)
    score_bias = r.bias(r.last)
    return c.ValueHeadConfig(
        name, v1, v1_norm, v2, v2_bias, v2_activation, v3, v3_bias, score, score_bias, r.conv(v1_at)
    )


def _network(file: OwnFile) -> tuple[c.NetworkConfig, list[Array]]:
    graph, model = file.json("katago.graph"), file.json("katago.model")
    r = GraphReader(graph["nodes"], file.tensors)
    trunk = _trunk(r, model["num_blocks"], model["meta_encoder_version"] > 0)
    at = r.last
    policy, value = _policy_head(r, at), _value_head(r, at)
    multipliers = c.Multipliers(**model["multipliers"])
    inputs = (trunk.conv.in_channels, trunk.linear.in_channels)
    options = (multipliers, model["pass_alive_under_suicide"])
    return c.NetworkConfig(model["name"], model["version"], *inputs, trunk, policy, value, *options), r.arrays


def read_own_network(path: Path) -> tuple[c.NetworkConfig, list[Array]]:
    file = read_own_file(path)
    try:
        return _network(file)
    except c.NetworkError as error:
        raise c.NetworkError(f"{path}: {error}") from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise c.NetworkError(f"{path}: its graph is not laid out as it should be: {error!r}") from error
