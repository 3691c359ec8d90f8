# SPDX-License-Identifier: MIT
"""Core ML packages (ML programs for iOS 16, macOS 13 and newer) by coremltools; a way to check them without a Mac."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from network import NetworkError

from .fold import BiasedConv, keep_rotations_in_parts
from .interface import OUTPUT_NAMES, ExportModule, Settings, describe, example_inputs, input_shapes
from .mil_numpy import run_program
from .quantize import QuantizedWeight
from .to_tflite import quiet

# Parts of the names of weights that stay in FP16.
SPARED = ("policy_head_", "value_head_", "trunk_linear_", "meta_encoder_", "gpool_to_bias_")
LINEAR_OPERATORS = {"conv", "linear"}
LISTS = {"blocks", "inner"}  # parts of a layer's name that the tracer leaves out: they are not called


class OperatorsOf:
    """Whether an operator is the conv or linear operator of one of these layers of the trunk."""

    def __init__(self, layers: set[str]) -> None:
        self.wanted = {
            ("network", "trunk", *(part for part in name.split(".") if part not in LISTS)) for name in layers
        }
        self.found: set[tuple[str, ...]] = set()

    def __call__(self, op: Any) -> bool:
        from coremltools.converters.mil.mil.scope import ScopeSource

        *scopes, _ = op.scopes.get(ScopeSource.TORCHSCRIPT_MODULE_NAME) or [""]  # the last is the result's own name
        found = op.op_type in LINEAR_OPERATORS and tuple(scopes) in self.wanted
        if found:
            self.found.add(tuple(scopes))
        return found


def keep_biases_apart(module: ExportModule, layers: set[str]) -> None:
    """A bias within an FP16 operator is FP16 as well, and off by the same in every position."""
    for layer in map(module.network.trunk.get_submodule, layers):
        if isinstance(layer, BiasedConv):
            layer.bias_apart = True


@cache
def fp16_in_store() -> str:
    """The name of a pass that stores weights for single precision in FP16 where that holds their values exactly."""
    from coremltools.converters.mil.mil import Builder
    from coremltools.converters.mil.mil.passes.graph_pass import AbstractGraphPass
    from coremltools.converters.mil.mil.passes.pass_registry import register_pass

    @register_pass(namespace="katago")
    class store_as_fp16(AbstractGraphPass):  # noqa: N801 (the class's name is the pass's)
        def apply(self, program: Any) -> None:
            block = program.functions["main"]
            for op in list(block.operations):
                values = op.outputs[0].val if op.op_type == "const" else None
                if not isinstance(values, np.ndarray) or values.dtype != np.float32 or values.ndim < 2:
                    continue
                with np.errstate(over="ignore"):
                    rounded = values.astype(np.float16)
                if not np.array_equal(rounded.astype(np.float32), values):
                    continue
                with block:
                    stored = Builder.const(val=rounded, before_op=op)
                    single = Builder.constexpr_cast(source_val=stored, output_dtype="fp32", before_op=op)
                block.replace_uses_of_var_after_op(anchor_op=op, old_var=op.outputs[0], new_var=single)
                block.remove_ops([op])

    return "katago::store_as_fp16"


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
    in_fp16: set[str] | None = None,
) -> None:
    """`in_fp16`, for fp16: layers of the trunk that compute in FP16, all else in single precision; None: all."""
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
    operators, passes = OperatorsOf(in_fp16 or set()), ct.PassPipeline.DEFAULT
    if in_fp16 is not None:
        precision = ct.transform.FP16ComputePrecision(op_selector=operators)
        keep_biases_apart(module, in_fp16)
        passes.remove_passes({"common::fuse_conv_bias"})
        passes.append_pass(fp16_in_store())
    with quiet(), warnings.catch_warnings():
        warnings.filterwarnings("ignore")
        traced = torch.jit.trace(module.eval(), inputs, check_trace=False)
        model = ct.convert(
            traced,
            inputs=[ct.TensorType(name, tuple(x.shape), np.float32) for name, x in zip(names, inputs, strict=True)],
            outputs=[ct.TensorType(name, dtype=np.float32) for name in OUTPUT_NAMES],
            convert_to="mlprogram",
            compute_precision=precision,
            pass_pipeline=passes,
            minimum_deployment_target=ct.target.iOS16,
            skip_model_load=True,
        )
        assert operators.found == operators.wanted, operators.wanted - operators.found
        if weights is not None:
            model = int8_weights(model)
        describe_interface(model, describe(config, settings))
        model.save(str(path))


class ReadBack:
    """The stored program, read again and executed operator by operator; every result is rounded to its type.

    Without `rounding` only the stored numbers are FP16, which tells mistakes of the conversion from what FP16 costs.
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
