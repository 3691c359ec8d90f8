# SPDX-License-Identifier: MIT
"""Core ML packages (ML programs for iOS 16, macOS 13 and newer) by coremltools; a way to check them without a Mac."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from network import NetworkError

from .fold import keep_rotations_in_parts
from .interface import OUTPUT_NAMES, ExportModule, Settings, describe, example_inputs, input_shapes
from .mil_numpy import run_program
from .quantize import QuantizedWeight
from .to_tflite import quiet

# Parts of the names of weights that stay halves.
SPARED = ("policy_head_", "value_head_", "trunk_linear_", "meta_encoder_", "gpool_to_bias_")
HEADS = {"policy_head", "value_head"}
PRODUCTS = {"conv", "linear", "matmul"}


def is_product_of_trunk(op: Any) -> bool:
    """Where nearly all the time goes; what lies between, and the heads, are cheap to keep exact."""
    from coremltools.converters.mil.mil.scope import ScopeSource

    return op.op_type in PRODUCTS and HEADS.isdisjoint(op.scopes.get(ScopeSource.TORCHSCRIPT_MODULE_NAME, []))


def int8_weights(model: Any) -> Any:
    """Codes per output channel for the weights of the trunk; the values are on that grid already."""
    import coremltools.optimize.coreml as cto

    program = model._mil_program
    spared = {
        op.name: None
        for op in program.functions["main"].operations
        if op.op_type == "const" and any(part in op.name for part in SPARED)
    }
    codes = cto.OpLinearQuantizerConfig(mode="linear_symmetric", dtype="int8", granularity="per_channel")
    return cto.linear_quantize_weights(model, cto.OptimizationConfig(global_config=codes, op_name_configs=spared))


def describe_interface(model: Any, texts: dict[str, str]) -> None:
    model.short_description = f"{texts['katago.name']}: a KataGo network; {texts['katago.view']}"
    model.author, model.version = "katago", texts["katago.version"]
    model.user_defined_metadata.update(texts)
    for descriptions, kind in ((model.input_description, "input"), (model.output_description, "output")):
        for name in list(descriptions):
            descriptions[name] = texts[f"{kind}.{name}"]


def convert(
    module: ExportModule,
    settings: Settings,
    weights: dict[str, QuantizedWeight] | None,
    path: Path,
    sums: str = "half",
) -> None:
    if settings.batch is None:
        raise NetworkError("coreml: the batch must be a number; --batch dynamic is for onnx")
    with quiet():
        import coremltools as ct

    config = module.network.config
    inputs = example_inputs(config, settings)
    names = list(input_shapes(config, settings))
    if settings.precision != "fp32":
        keep_rotations_in_parts(module)
    precision = ct.precision.FLOAT32 if settings.precision == "fp32" else ct.precision.FLOAT16
    if sums == "single":
        precision = ct.transform.FP16ComputePrecision(op_selector=is_product_of_trunk)
    with quiet(), warnings.catch_warnings():
        warnings.filterwarnings("ignore")
        traced = torch.jit.trace(module.eval(), inputs, check_trace=False)
        model = ct.convert(
            traced,
            inputs=[ct.TensorType(name, tuple(x.shape), np.float32) for name, x in zip(names, inputs, strict=True)],
            outputs=[ct.TensorType(name, dtype=np.float32) for name in OUTPUT_NAMES],
            convert_to="mlprogram",
            compute_precision=precision,
            minimum_deployment_target=ct.target.iOS16,
            skip_model_load=True,
        )
        if weights is not None:
            model = int8_weights(model)
        describe_interface(model, describe(config, settings))
        model.save(str(path))


class ReadBack:
    """The stored program, read again and executed operator by operator; every result is rounded to its type.

    Without `rounding` only the stored numbers are halves, which tells mistakes of the conversion from what halves cost.
    No Linux runtime executes Core ML: this tells that the file holds the network, not how a device computes it.
    """

    def __init__(self, path: Path, _threads: int = 1, rounding: bool = True) -> None:
        with quiet():
            import coremltools as ct
            from coremltools.converters.mil.frontend.milproto.load import load

            model = ct.models.MLModel(str(path), skip_model_load=True)
            spec = model.get_spec()
            self.program = load(
                spec, specification_version=spec.specificationVersion, file_weights_dir=model.weights_dir
            )
        self.name = f"read back, coremltools {ct.__version__}, not on a device"
        self.rounding = rounding
        self.inputs = [entry.name for entry in spec.description.input]
        shape = next(e for e in spec.description.input if e.name == "spatial").type.multiArrayType.shape
        self.size = (int(shape[2]), int(shape[3]))

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return run_program(self.program, {name: inputs[name] for name in self.inputs}, self.rounding)
