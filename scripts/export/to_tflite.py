# SPDX-License-Identifier: MIT
"""TensorFlow Lite (LiteRT): converted by litert-torch, weights stored by ai-edge-quantizer."""

from __future__ import annotations

import copy
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from network import NetworkError
from network.layers import Activation

from .fold import keep_rotations_in_parts
from .interface import OUTPUT_NAMES, ExportModule, Settings, describe, example_inputs, input_shapes
from .quantize import QuantizedWeight

SIGNATURE = "evaluate"
# Of the names that the converter makes from modules: layers that run at every point of the board, outside the heads.
TRUNK = r".*Trunk_trunk(?!/network\.layers\.Linear_)(?!.*(MetaEncoder|Linear_gpool_to_bias)).*"
LARGE_BYTES = 2048  # of a constant
LARGEST_EXPONENT = 20.0  # beyond it the quotient below is 1, and its square is still a float


class RationalMish(nn.Module):
    """Mish with one exponential and a division, all of which XNNPACK has: x * n / (n + 2) with n = e^x (e^x + 2)."""

    def forward(self, x: Tensor) -> Tensor:
        power = torch.exp(torch.clamp(x, max=LARGEST_EXPONENT))
        n = power * (power + 2.0)
        return x * (n / (n + 2.0))


def replace_mish(module: nn.Module) -> None:
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, Activation) and child.config.kind == "mish":
                setattr(parent, name, RationalMish())


@contextmanager
def quiet() -> Iterator[None]:
    """The converters write pages about their own steps to both standard streams, partly from C++."""
    logging.disable(logging.WARNING)
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for stream, copy in zip((1, 2), saved, strict=True):
            os.dup2(copy, stream)
            os.close(copy)
        os.close(nowhere)
        logging.disable(logging.NOTSET)


def convert_floats(module: ExportModule, inputs: tuple[Tensor, ...], path: Path) -> None:
    with quiet():
        import litert_torch

        litert_torch.convert(module.eval(), inputs).export(str(path))


def store_weights(source: Path, path: Path, int8: bool, activations: str) -> None:
    """Weights of the trunk as int8 codes per output channel, all other matrices and kernels in FP16."""
    with quiet():
        from ai_edge_quantizer import qtyping, quantizer, recipe_manager

        name, algorithm = qtyping.TFLOperationName, quantizer.AlgorithmName
        recipe = recipe_manager.RecipeManager()
        for operation in (name.CONV_2D, name.FULLY_CONNECTED):
            recipe.add_weight_only_config(".*", operation, num_bits=16, algorithm_key=algorithm.FLOAT_CASTING)
            if int8 and activations == "int8":
                recipe.add_dynamic_config(TRUNK, operation, num_bits=8)
            elif int8:
                recipe.add_weight_only_config(TRUNK, operation, num_bits=8)
        quantizing = quantizer.Quantizer(str(source), recipe.get_quantization_recipe())
        quantizing.quantize().export_model(str(path), overwrite=True)


def store_tables(model: Any) -> None:
    """Stores large constants that are still floats, those of rotary positions, in FP16 that is widened when loaded."""
    from ai_edge_litert import schema_py_generated as schema

    graph = model.subgraphs[0]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.DEQUANTIZE
    code.version = 3  # the first that takes FP16
    model.operatorCodes.append(code)
    operators, stored_as = [], {}
    for index, tensor in enumerate(list(graph.tensors)):
        data = model.buffers[tensor.buffer].data
        # Biases have one axis, and must stay constants for XNNPACK.
        if tensor.type != schema.TensorType.FLOAT32 or data is None or len(data) < LARGE_BYTES or len(tensor.shape) < 3:
            continue
        if tensor.buffer not in stored_as:
            buffer = schema.BufferT()
            values = np.frombuffer(np.asarray(data, np.uint8).tobytes(), np.float32)
            buffer.data = np.frombuffer(values.astype(np.float16).tobytes(), np.uint8)
            model.buffers.append(buffer)
            stored_as[tensor.buffer] = len(model.buffers) - 1
        stored = copy.copy(tensor)
        stored.name, stored.type = tensor.name + b".half", schema.TensorType.FLOAT16
        stored.buffer = stored_as[tensor.buffer]
        graph.tensors.append(stored)
        tensor.buffer = 0  # by convention the empty one: a result of the operator below
        widen = schema.OperatorT()
        widen.opcodeIndex = len(model.operatorCodes) - 1
        widen.inputs, widen.outputs = [len(graph.tensors) - 1], [index]
        operators.append(widen)
    kept = {tensor.buffer for tensor in graph.tensors}
    for buffer in stored_as.keys() - kept:
        model.buffers[buffer].data = None
    graph.operators = operators + list(graph.operators)


def check_codes(model: Any, weights: dict[str, QuantizedWeight]) -> None:
    """That every weight meant to be int8 is: the converter could have renamed what the recipe looks for."""
    from ai_edge_litert import schema_py_generated as schema

    wanted = sum(weight.codes.numel() for weight in weights.values())
    found = sum(
        len(model.buffers[tensor.buffer].data)
        for tensor in model.subgraphs[0].tensors
        if tensor.type == schema.TensorType.INT8 and model.buffers[tensor.buffer].data is not None
    )
    if found < wanted:
        raise RuntimeError(f"{found} weights became int8 where {wanted} should; the converter's names have changed")


def name_interface(model: Any, names: list[str], texts: dict[str, str]) -> None:
    """Gives inputs and outputs their names, and the file its description (metadata entry `katago`, JSON)."""
    from ai_edge_litert import schema_py_generated as schema

    signature = model.signatureDefs[0]
    signature.signatureKey = SIGNATURE.encode()
    # The converter calls them args_0, args_1, ... and output_0, output_1, ...
    for entries, wanted in ((signature.inputs, names), (signature.outputs, OUTPUT_NAMES)):
        for entry in entries:
            entry.name = wanted[int(entry.name.decode().rsplit("_", 1)[1])].encode()
    buffer = schema.BufferT()
    buffer.data = list(json.dumps(texts).encode())
    model.buffers.append(buffer)
    entry = schema.MetadataT()
    entry.name, entry.buffer = b"katago", len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    model.description = f"{texts['katago.name']}, {texts['katago.precision']}".encode()


def convert(
    module: ExportModule,
    settings: Settings,
    weights: dict[str, QuantizedWeight] | None,
    path: Path,
    activations: str = "float",
) -> None:
    if settings.batch is None:
        raise NetworkError("tflite: the batch must be a number; --batch dynamic is for onnx")
    config = module.network.config
    replace_mish(module)
    if settings.precision != "fp32":
        keep_rotations_in_parts(module)
    floats = path.with_suffix(".floats.tflite")
    convert_floats(module, example_inputs(config, settings), floats)
    if settings.precision == "fp32":
        floats.replace(path)
    else:
        store_weights(floats, path, settings.precision == "int8", activations)
        floats.unlink()

    from ai_edge_litert.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model(str(path))
    if weights is not None:
        check_codes(model, weights)
    if settings.precision != "fp32":
        store_tables(model)
    name_interface(model, list(input_shapes(config, settings)), describe(config, settings))
    flatbuffer_utils.write_model(model, str(path))
