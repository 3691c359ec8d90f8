# SPDX-License-Identifier: MIT
"""ONNX, of an opset and with operators that TensorRT's parser has had since 8.5 (JetPack 5)."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

from .interface import OUTPUT_NAMES, ExportModule, Settings, describe, example_inputs, input_shapes
from .quantize import QuantizedWeight

OPSET = 17
SMALL = 64  # values: floats of smaller tensors stay as they are


class Fp16Module(torch.nn.Module):
    """Trunk in FP16; heads, and everything outside, in single precision."""

    def __init__(self, module: ExportModule) -> None:
        super().__init__()
        self.module = module
        module.network.trunk.half()
        module.network.trunk.register_forward_pre_hook(
            lambda _, inputs: tuple(x if x is None else x.half() for x in inputs)
        )
        module.network.trunk.register_forward_hook(lambda _, __, output: output.float())

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return self.module(*inputs)


def trace(
    module: torch.nn.Module, names: list[str], inputs: tuple[torch.Tensor, ...], dynamic: bool
) -> onnx.ModelProto:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # Sizes become constants, which is what is wanted; and the tracing exporter alone writes this opset.
        warnings.filterwarnings("ignore")
        torch.onnx.export(
            module.eval(),
            inputs,
            buffer,
            dynamo=False,
            opset_version=OPSET,
            do_constant_folding=False,  # it would multiply small tables out into large ones
            input_names=names,
            output_names=OUTPUT_NAMES,
            dynamic_axes={name: {0: "N"} for name in (*names, *OUTPUT_NAMES)} if dynamic else None,
        )
    return onnx.load_from_string(buffer.getvalue())


def fingerprint(values: np.ndarray) -> tuple[tuple[int, ...], bytes]:
    return values.shape, np.ascontiguousarray(values).tobytes()


def put_codes(model: onnx.ModelProto, weights: dict[str, QuantizedWeight]) -> None:
    """Replaces weights by int8 codes and nodes that make floats of them (DequantizeLinear with a scale per row)."""
    known = {}
    for name, weight in weights.items():
        values = weight.values().numpy()
        known[fingerprint(values)] = (name, weight, False)
        if values.ndim == 2:  # a converter may store a matrix transposed
            known[fingerprint(values.T)] = (name, weight, True)
    nodes: list[onnx.NodeProto] = []
    replaced = set()
    graph = model.graph
    for initializer in list(graph.initializer):
        entry = known.get(fingerprint(numpy_helper.to_array(initializer)))
        if entry is None:
            continue
        name, weight, transposed = entry
        replaced.add(name)
        graph.initializer.remove(initializer)
        nodes += code_nodes(graph, initializer.name, weight, transposed)
    if missing := weights.keys() - replaced:
        raise RuntimeError(f"the converter changed the weights of {', '.join(sorted(missing))}")
    for node in reversed(nodes):
        graph.node.insert(0, node)


def code_nodes(graph: onnx.GraphProto, output: str, weight: QuantizedWeight, transposed: bool) -> list[onnx.NodeProto]:
    """One row of codes for each scale, so that a scale per axis, which every parser knows, expresses blocks."""
    rows = weight.scales.numel()

    def add(part: str, values: np.ndarray) -> str:
        graph.initializer.append(numpy_helper.from_array(values, f"{output}.{part}"))
        return f"{output}.{part}"

    codes = add("codes", weight.codes.reshape(rows, -1).numpy())
    scales = add("scales", weight.scales.reshape(rows).numpy())
    zeros = add("zeros", np.zeros(rows, np.int8))
    if len(weight.shape) == 4:
        out, channels, ky, kx = weight.shape
        shape, permutation = [out, ky, kx, channels], [0, 3, 1, 2]
    else:
        shape, permutation = list(weight.shape), [1, 0]
    nodes = [
        helper.make_node("DequantizeLinear", [codes, scales, zeros], [f"{output}.rows"], axis=0),
        helper.make_node("Reshape", [f"{output}.rows", add("shape", np.array(shape, np.int64))], [f"{output}.shaped"]),
        helper.make_node("Transpose", [f"{output}.shaped"], [output], perm=permutation),
    ]
    if len(weight.shape) == 2 and not transposed:
        nodes[1].output[0] = output
        nodes.pop()
    return nodes


def store_fp16(model: onnx.ModelProto) -> None:
    """Stores what floats are left in FP16; they are computed with in single precision."""
    graph = model.graph
    nodes = []
    for initializer in list(graph.initializer):
        values = numpy_helper.to_array(initializer)
        if values.dtype != np.float32 or values.size < SMALL or initializer.name.endswith(".scales"):
            continue
        graph.initializer.remove(initializer)
        stored = f"{initializer.name}.half"
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), stored))
        nodes.append(helper.make_node("Cast", [stored], [initializer.name], to=onnx.TensorProto.FLOAT))
    for node in reversed(nodes):
        graph.node.insert(0, node)


def name_nodes(model: onnx.ModelProto) -> None:
    for number, node in enumerate(model.graph.node):
        node.name = node.name or f"{node.op_type}_{number}"


def convert(module: ExportModule, settings: Settings, weights: dict[str, QuantizedWeight] | None, path: Path) -> None:
    config = module.network.config
    names = list(input_shapes(config, settings))
    ready = Fp16Module(module) if settings.precision == "fp16" else module
    model = trace(ready, names, example_inputs(config, settings), settings.batch is None)
    if weights is not None:
        put_codes(model, weights)
        store_fp16(model)
    name_nodes(model)
    texts = describe(config, settings)
    helper.set_model_props(model, texts)
    for value in (*model.graph.input, *model.graph.output):
        direction = "output" if value.name in OUTPUT_NAMES else "input"
        value.doc_string = texts[f"{direction}.{value.name}"]
    model.producer_name, model.graph.name = "katago", config.name
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))
