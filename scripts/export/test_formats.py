# SPDX-License-Identifier: MIT
"""What the files of each format hold, and how they compute."""

from __future__ import annotations

import unittest
from pathlib import Path
from typing import Any

import numpy as np
import onnx

import network
from export import quantize, runtimes, to_coreml, to_onnx, to_tflite
from export.fold import BiasedConv, fold
from export.interface import OUTPUT_NAMES, ExportModule, Settings
from export.test_support import EXACT, FP16, SAME, Case, random_inputs, tiny_network, torch_outputs, with_biases

# Operators that TensorRT's ONNX parser has had since 8.5, from its list of supported operators.
TENSORRT_OPERATORS = {
    "Add", "Cast", "Clip", "Concat", "Constant", "Conv", "DequantizeLinear", "Div", "Exp", "Expand", "Gather", "Gemm",
    "Identity", "MatMul", "Max", "Min", "Mul", "Pow", "Reciprocal", "ReduceMax", "ReduceMean", "ReduceSum", "Relu",
    "Reshape", "Shape", "Sigmoid", "Slice", "Softmax", "Softplus", "Sqrt", "Squeeze", "Sub", "Tanh", "Tile",
    "Transpose", "Unsqueeze",
}  # fmt: skip


def is_fp16(op: Any) -> bool:
    """Whether an operation of a Core ML program gives FP16."""
    kind = op.outputs[0].dtype
    return hasattr(kind, "__type_info__") and str(kind.__type_info__()) == "fp16"


class FormatTest(Case):
    def onnx_model(self, settings: Settings, int8: bool = False) -> tuple[Path, network.NetworkModule]:
        module = fold(tiny_network().module, settings.height, settings.width)
        weights = quantize.quantize(module, True, None) if int8 else None
        path = self.folder / "net.onnx"
        to_onnx.convert(ExportModule(module, settings.mask), settings, weights, path)
        return path, module

    def test_onnx_takes_any_batch_and_describes_itself(self) -> None:
        path, module = self.onnx_model(Settings(9, 9, batch=None))
        inputs = random_inputs(9, count=3)
        self.assert_close(runtimes.OnnxRuntime(path).run(inputs), torch_outputs(module, inputs), SAME)
        texts = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
        self.assertEqual(texts["katago.name"], "tiny")
        for name in (*(f"output.{name}" for name in OUTPUT_NAMES), "input.spatial", "input.global", "scale.lead"):
            self.assertIn(name, texts)

    def test_onnx_in_fp16_is_close(self) -> None:
        path, _ = self.onnx_model(Settings(9, 9, None, precision="fp16"))
        inputs = random_inputs()
        wanted = torch_outputs(tiny_network().module, inputs)
        self.assert_close(runtimes.OnnxRuntime(path).run(inputs), wanted, FP16)

    def test_onnx_codes_stand_for_the_quantized_weights(self) -> None:
        path, module = self.onnx_model(Settings(9, 9, None, precision="int8"), int8=True)
        inputs = random_inputs()
        # The heads are stored in FP16.
        self.assert_close(runtimes.OnnxRuntime(path).run(inputs), torch_outputs(module, inputs), FP16)
        kinds = {initializer.data_type for initializer in onnx.load(path).graph.initializer}
        self.assertIn(onnx.TensorProto.INT8, kinds)

    def test_onnx_keeps_to_what_tensorrt_reads(self) -> None:
        for precision in ("fp32", "fp16", "int8"):
            for mask in (False, True):
                settings = Settings(9, 9, None, mask, precision)
                model = onnx.load(self.onnx_model(settings, int8=precision == "int8")[0])
                self.assertEqual([(entry.domain, entry.version) for entry in model.opset_import], [("", 17)])
                self.assertLessEqual({node.op_type for node in model.graph.node}, TENSORRT_OPERATORS)

    def test_tflite_int8_holds_the_quantized_weights(self) -> None:
        settings = Settings(9, 9, 1, precision="int8")
        module = fold(tiny_network().module, 9, 9)
        weights = quantize.quantize(module, False, None)
        inputs = random_inputs()
        wanted = torch_outputs(module, inputs)
        path = self.folder / "net.tflite"
        to_tflite.convert(ExportModule(module, False), settings, weights, path)
        runtime = runtimes.LiteRt(path)
        self.assertEqual(sorted(runtime.inputs), ["global", "spatial"])
        self.assert_close(runtime.run(inputs), wanted, FP16)

    def test_coreml_in_fp16_and_int8_reads_back(self) -> None:
        inputs = random_inputs()
        for precision in ("fp16", "int8"):
            module = fold(tiny_network().module, 9, 9)
            weights = quantize.quantize(module, False, None) if precision == "int8" else None
            wanted = torch_outputs(module, inputs)
            for stored in (*module.parameters(), *module.buffers()):
                stored.data = stored.data.half().float()
            of_rounded = torch_outputs(module, inputs)
            path = self.folder / f"{precision}.mlpackage"
            to_coreml.convert(ExportModule(module, False), Settings(9, 9, 1, precision=precision), weights, path)
            self.assert_close(to_coreml.ReadBack(path).run(inputs), wanted, FP16)
            if precision == "fp16":
                self.assert_close(to_coreml.ReadBack(path, rounding=False).run(inputs), of_rounded, SAME)

    def test_coreml_computes_in_fp16_where_it_is_told(self) -> None:
        exact, inputs = with_biases(), random_inputs()
        wanted = torch_outputs(exact, inputs)
        layers = set(quantize.quantizable(exact))
        some = {"conv", "blocks.0.inner.0.final", "blocks.1.inner.0.regular"}
        self.assertLess(some, layers)
        self.assertIsInstance(exact.trunk.get_submodule("blocks.1.inner.0.regular"), BiasedConv)
        worst = {}
        for name, in_fp16 in (("all", None), ("layers", layers), ("some", some), ("none", set())):
            path = self.folder / f"{name}.mlpackage"
            module = with_biases()
            for layer in quantize.quantizable(module).values():
                layer.weight.data = layer.weight.half().float()
            to_coreml.convert(ExportModule(module, False), Settings(9, 9, 1, precision="fp16"), None, path, in_fp16)
            runtime = to_coreml.ReadBack(path)
            found = runtime.run(inputs)
            worst[name] = sum(float(np.square(found[key] - wanted[key]).mean()) for key in OUTPUT_NAMES)
            operations = runtime.program.functions["main"].operations
            if in_fp16 is None:
                continue
            fp16_operators = [op for op in operations if op.op_type not in ("const", "cast") and is_fp16(op)]
            weights = {exact.trunk.get_submodule(layer).weight.shape for layer in in_fp16}
            self.assertEqual([op.op_type for op in fp16_operators], ["conv"] * len(in_fp16))
            self.assertEqual({tuple(op.inputs["weight"].shape) for op in fp16_operators}, weights)
            self.assertTrue(all(np.all(op.inputs["bias"].val == 0) for op in fp16_operators if "bias" in op.inputs))
            # A value that FP16 holds exactly takes two bytes, however it is computed with.
            stored = [op.outputs[0].val for op in operations if op.op_type == "const" and op.outputs[0].rank == 4]
            sizes = sorted(values.size for values in stored if values.dtype == np.float16)
            self.assertEqual(sizes, sorted(layer.weight.numel() for layer in quantize.quantizable(exact).values()))
            if not in_fp16:
                self.assert_close(found, torch_outputs(module, inputs), EXACT)
        self.assertLess(worst["none"], worst["layers"])
        self.assertLess(worst["layers"], worst["all"])


if __name__ == "__main__":
    unittest.main()
