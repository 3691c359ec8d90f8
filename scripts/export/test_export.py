# SPDX-License-Identifier: MIT
"""Tests of scripts/export: python -m unittest export.test_export, in scripts/. All networks: KATAGO_GOLDEN_FULL=1."""

from __future__ import annotations

import copy
import gzip
import io
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import onnx
import torch
from ai_edge_litert.tools import flatbuffer_utils
from onnx import numpy_helper

import network
from export import check, cli, files, positions, quantize, runtimes, to_coreml, to_onnx, to_tflite
from export.fold import BiasedConv, fold
from export.interface import OUTPUT_NAMES, ExportModule, Settings
from network import golden
from network.own_file import Int8Weights

FULL = os.environ.get("KATAGO_GOLDEN_FULL") == "1"
MODELS = golden.DATA / "models"
SCRIPTS = Path(__file__).resolve().parent.parent
ENGINE = Path(os.environ.get("KATAGO_ENGINE", SCRIPTS.parent / "katago"))
BIG_FILE_BYTES = 20_000_000
ROWS = 12  # of a network, in a short run
# Networks that are converted in a short run, between them every kind of block and input; the converters are slow.
SHORT = {"random-v8-b3c24", "random-v14-b3c32nbt", "random-v15-b3c32nbt-humanmeta", "random-v17-b2c48h4nbttflrs"}
SHORT_TFLITE = {"random-v8-b3c24"}
# Converters reorder sums; half precision has 11 bits.
SAME = 1e-3
HALF = 5e-2
EXACT = 1e-4  # of probabilities that two programs make of the same weights in single precision
GAME = "(;GM[1]SZ[9]KM[7]RU[chinese];B[ee];W[cc];B[gc];W[cg];B[gg];W[ce];B[ec];W[eg];B[ge];W[dd])"
# Operators that TensorRT's ONNX parser has had since 8.5, from its list of supported operators.
TENSORRT_OPERATORS = {
    *(
        "Add",
        "Cast",
        "Clip",
        "Concat",
        "Constant",
        "Conv",
        "DequantizeLinear",
        "Div",
        "Exp",
        "Expand",
        "Gather",
        "Gemm",
    ),
    *("Identity", "MatMul", "Max", "Min", "Mul", "Pow", "ReduceMax", "ReduceMean", "ReduceSum", "Relu", "Reshape"),
    *("Shape", "Sigmoid", "Slice", "Softmax", "Softplus", "Sqrt", "Squeeze", "Sub", "Tanh", "Tile", "Transpose"),
    *("Unsqueeze", "Reciprocal"),
}
torch.set_num_threads(1)


def stored_models() -> list[Path]:
    paths = sorted(MODELS.glob("*.gz"))
    return paths if FULL else [p for p in paths if p.name.split(".")[0] in SHORT]


def tiny_network() -> network.Network:
    torch.manual_seed(1)
    config = network.bottleneck("tiny", 2, 16, 8, gpool_at=[1], gpool_channels=4)
    return network.build(config)


def with_biases() -> network.NetworkModule:
    """The tiny network, ready for converters; its biases are zeros else."""
    module = fold(tiny_network().module, 9, 9)
    for layer in module.modules():
        if isinstance(layer, BiasedConv):
            layer.bias.data = torch.linspace(-1.5, 2.001, len(layer.bias))
    return module


def random_inputs(size: int = 9, count: int = 1, seed: int = 1) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    spatial = generator.integers(0, 2, (count, 22, size, size)).astype(np.float32)
    spatial[:, 0] = 1
    return {"spatial": spatial, "global": generator.random((count, 19), np.float32), "mask": spatial[:, :1]}


def is_half(op: Any) -> bool:
    """Whether an operation of a Core ML program gives halves."""
    kind = op.outputs[0].dtype
    return hasattr(kind, "__type_info__") and str(kind.__type_info__()) == "fp16"


def torch_outputs(module: torch.nn.Module, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    with torch.inference_mode():
        outputs = module(torch.from_numpy(inputs["spatial"]), torch.from_numpy(inputs["global"]))
    return {name: tensor.numpy() for name, tensor in zip(OUTPUT_NAMES, outputs, strict=True)}


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def assert_close(self, found: dict[str, np.ndarray], wanted: dict[str, np.ndarray], tolerance: float) -> None:
        for name in OUTPUT_NAMES:
            np.testing.assert_allclose(found[name], wanted[name], atol=tolerance, rtol=tolerance, err_msg=name)

    def run_cli(self, *arguments: str) -> str:
        """Runs the command; returns what it says on stderr where it fails, else nothing."""
        said = io.StringIO()
        with redirect_stderr(said):
            return said.getvalue() if cli.main([str(a) for a in arguments]) != 0 else ""


@unittest.skipUnless(MODELS.is_dir(), f"no networks in {MODELS} (set KATAGO_TEST_DATA)")
class GoldenTest(Case):
    def compare(self, runtime: runtimes.Runtime, path: Path) -> None:
        """A file with a mask against the reference engine's answers, boards of all sizes."""
        name = path.name.split(".")[0]
        config = network.read(path).config
        rows = [row for row in golden.rows_of(name) if row.buffer == runtime.size]
        self.assertTrue(rows)
        worst_of_all = 0.0
        for row in rows if FULL else rows[:: max(1, len(rows) // ROWS)]:
            spatial = row.spatial()[None]
            inputs = {"spatial": spatial, "global": row.global_()[None], "mask": spatial[:, :1].copy()}
            if config.meta_channels:
                inputs["meta"] = row.meta()[None]
            faults = row.differences(config, runtimes.raw_row(runtime.run(inputs)))
            what, worst = max(faults.items(), key=lambda fault: fault[1])
            self.assertLessEqual(worst, 1.0, f"{name}, {row.position['id']}: {what} is off by {worst:.2f} tolerances")
            worst_of_all = max(worst_of_all, worst)
        if FULL:
            files.say(f"{runtime.name}, {name}: {len(rows)} rows, off by at most {worst_of_all:.3f} tolerances")

    def test_onnx_equals_the_reference_engine(self) -> None:
        for path in stored_models():
            with self.subTest(path.name):
                output = self.folder / "net.onnx"
                self.assertEqual(self.run_cli(path, "--format", "onnx", "--mask", "--output", output), "")
                self.compare(runtimes.OnnxRuntime(output), path)

    def test_onnx_for_one_size_of_board_equals_the_reference_engine(self) -> None:
        for path in stored_models():
            # Of many networks there are answers for planes of 19x19 only.
            sizes = {row.buffer for row in golden.rows_of(path.name.split(".")[0])} - {(19, 19)}
            for height, width in sorted(sizes)[: None if FULL else 2]:
                board = f"{width}x{height}"
                with self.subTest(f"{path.name}, {board}"):
                    output = self.folder / "net.onnx"
                    self.assertEqual(self.run_cli(path, "--format", "onnx", "--board", board, "--output", output), "")
                    self.compare(runtimes.OnnxRuntime(output), path)

    def test_tflite_equals_the_reference_engine(self) -> None:
        for path in stored_models():
            if not FULL and path.name.split(".")[0] not in SHORT_TFLITE:
                continue
            with self.subTest(path.name):
                output = self.folder / "net.tflite"
                self.assertEqual(self.run_cli(path, "--format", "tflite", "--mask", "--output", output), "")
                self.compare(runtimes.LiteRt(output), path)

    def test_coreml_read_back_equals_the_network(self) -> None:
        inputs = random_inputs(19)
        for path in stored_models():
            net = network.read(path)
            if net.config.meta_channels or path.stat().st_size > BIG_FILE_BYTES:
                continue
            with self.subTest(path.name):
                output = self.folder / "net.mlpackage"
                self.assertEqual(self.run_cli(path, "--format", "coreml", "--output", output), "")
                self.assert_close(to_coreml.ReadBack(output).run(inputs), torch_outputs(net.module, inputs), SAME)

    def test_rotations_stay_in_parts(self) -> None:
        settings = Settings(19, 19, 1, precision="int8")
        module = fold(network.read(MODELS / "random-v17-b2c48h4nbttflrs.bin.gz").module, 19, 19)
        weights = quantize.quantize(module, False, None)
        others = [copy.deepcopy(module) for _ in range(2)]  # converters change modules
        inputs = random_inputs(19)
        wanted = torch_outputs(module, inputs)
        path = self.folder / "net.tflite"
        to_tflite.convert(ExportModule(module, False), settings, weights, path)  # which keeps them in parts
        for name, values in torch_outputs(module, inputs).items():
            np.testing.assert_allclose(values, wanted[name], atol=1e-5, err_msg=name)
        self.assert_close(runtimes.LiteRt(path).run(inputs), wanted, HALF)
        model = flatbuffer_utils.read_model(str(path))
        used = {tensor.buffer for tensor in model.subgraphs[0].tensors}
        used |= {entry.buffer for entry in model.metadata}
        points = 19 * 19
        for number, buffer in enumerate(model.buffers):
            if buffer.data is not None and len(buffer.data) > 0:
                self.assertIn(number, used)
        for tensor in model.subgraphs[0].tensors:
            if model.buffers[tensor.buffer].data is not None:
                self.assertNotIn(points, list(tensor.shape), tensor.name)
        settings = Settings(19, 19, 1, precision="fp16")
        for in_halves in (None, set()):
            path = self.folder / "net.mlpackage"
            to_coreml.convert(ExportModule(others.pop(), False), settings, None, path, in_halves)
            runtime = to_coreml.ReadBack(path)
            self.assert_close(runtime.run(inputs), wanted, HALF if in_halves is None else SAME)
            for op in runtime.program.functions["main"].operations:
                if op.op_type == "const" and isinstance(op.outputs[0].val, np.ndarray):
                    self.assertFalse(op.outputs[0].rank > 1 and points in op.outputs[0].shape, op.name)


@unittest.skipUnless(MODELS.is_dir() and ENGINE.is_file(), f"no networks in {MODELS}, or no engine at {ENGINE}")
class OwnFileTest(Case):
    """From the engine's own INT8 files."""

    def quantized(self, name: str) -> Path:
        path = self.folder / f"{name}.safetensors"
        command = [str(ENGINE), "quantize", "-model", str(MODELS / f"{name}.bin.gz"), "-positions", "8"]
        done = subprocess.run([*command, "-output", str(path)], capture_output=True, text=True, check=False)
        self.assertTrue(path.is_file(), done.stderr)
        return path

    def test_exports_answer_as_the_engine_does(self) -> None:
        for name in ("random-v14-b3c32nbt", "random-v17-b2c48h4nbttflrs"):
            path = self.quantized(name)
            config = network.read(path).config
            games = self.folder / "games"
            games.mkdir(exist_ok=True)
            (games / "game.sgf").write_text(GAME)
            asked = positions.positions_of(games, path, str(ENGINE), 6, 1)
            keeps_codes = quantize.keeps_codes(network.read(path).module)
            self.assertEqual(keeps_codes, "ttf" not in name)  # with attention they are turned
            for file_format, precision in (("onnx", "int8"), ("onnx", "fp32"), ("tflite", "fp32")):
                if precision == "int8" and not keeps_codes:
                    continue
                with self.subTest(f"{name}, {file_format} {precision}"):
                    output = self.folder / f"net.{file_format}"
                    options = ["--format", file_format, "--precision", precision, "--board", "9", "--output", output]
                    self.assertEqual(self.run_cli(path, *options), "")
                    found = check.compare(config, cli.FORMATS[file_format].runtime(output, 1), asked)
                    self.assertLessEqual(max(found.largest), SAME if precision == "int8" else EXACT)
                    self.assertEqual(len(found.largest), len(asked))

    def test_coreml_with_single_sums_is_within_a_thousandth(self) -> None:
        games = self.folder / "games"
        games.mkdir()
        (games / "game.sgf").write_text(GAME)
        options = ["--format", "coreml", "--precision", "fp16", "--board", "9"]
        calibrated = ["--sums", "single", "--calibration", games, "--engine", ENGINE]
        for name in ("random-v14-b3c32nbt", "random-v17-b2c48h4nbttflrs"):
            path, output = MODELS / f"{name}.bin.gz", self.folder / "net.mlpackage"
            asked = positions.positions_of(games, path, str(ENGINE), 6, 1)
            largest = {}
            for more in ([], calibrated):
                self.assertEqual(self.run_cli(path, *options, *more, "--output", output), "")
                found = check.compare(network.read(path).config, to_coreml.ReadBack(output), asked)
                largest[len(more)] = max(found.largest)
            with self.subTest(name):
                self.assertLess(largest[len(calibrated)], min(SAME, largest[0]), largest)

    def test_onnx_keeps_the_codes(self) -> None:
        path, output = self.quantized("random-v14-b3c32nbt"), self.folder / "net.onnx"
        module = network.read(path).module
        wanted = {layer.int8.codes.size for layer in quantize.quantizable(module).values() if layer.int8}
        self.assertTrue(wanted)
        self.assertEqual(self.run_cli(path, "--format", "onnx", "--precision", "int8", "--output", output), "")
        stored = [i for i in onnx.load(output).graph.initializer if i.name.endswith(".codes")]
        self.assertEqual({numpy_helper.to_array(initializer).size for initializer in stored}, wanted)
        self.assertEqual(len(stored), sum(1 for x in quantize.quantizable(module).values() if x.int8))


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

    def test_onnx_in_halves_is_close(self) -> None:
        path, _ = self.onnx_model(Settings(9, 9, None, precision="fp16"))
        inputs = random_inputs()
        wanted = torch_outputs(tiny_network().module, inputs)
        self.assert_close(runtimes.OnnxRuntime(path).run(inputs), wanted, HALF)

    def test_onnx_codes_stand_for_the_quantized_weights(self) -> None:
        path, module = self.onnx_model(Settings(9, 9, None, precision="int8"), int8=True)
        inputs = random_inputs()
        # The heads are stored as halves.
        self.assert_close(runtimes.OnnxRuntime(path).run(inputs), torch_outputs(module, inputs), HALF)
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
        self.assert_close(runtime.run(inputs), wanted, HALF)

    def test_coreml_in_halves_and_int8_reads_back(self) -> None:
        inputs = random_inputs()
        for precision in ("fp16", "int8"):
            module = fold(tiny_network().module, 9, 9)
            weights = quantize.quantize(module, False, None) if precision == "int8" else None
            wanted = torch_outputs(module, inputs)
            for stored in (*module.parameters(), *module.buffers()):
                stored.data = stored.data.half().float()
            of_halves = torch_outputs(module, inputs)
            path = self.folder / f"{precision}.mlpackage"
            to_coreml.convert(ExportModule(module, False), Settings(9, 9, 1, precision=precision), weights, path)
            self.assert_close(to_coreml.ReadBack(path).run(inputs), wanted, HALF)
            if precision == "fp16":
                self.assert_close(to_coreml.ReadBack(path, rounding=False).run(inputs), of_halves, SAME)

    def test_coreml_computes_in_halves_where_it_is_told(self) -> None:
        exact, inputs = with_biases(), random_inputs()
        wanted = torch_outputs(exact, inputs)
        layers = set(quantize.quantizable(exact))
        some = {"conv", "blocks.0.inner.0.final", "blocks.1.inner.0.regular"}
        self.assertLess(some, layers)
        self.assertIsInstance(exact.trunk.get_submodule("blocks.1.inner.0.regular"), BiasedConv)
        worst = {}
        for name, in_halves in (("all", None), ("layers", layers), ("some", some), ("none", set())):
            path = self.folder / f"{name}.mlpackage"
            module = with_biases()
            for layer in quantize.quantizable(module).values():
                layer.weight.data = layer.weight.half().float()
            to_coreml.convert(ExportModule(module, False), Settings(9, 9, 1, precision="fp16"), None, path, in_halves)
            runtime = to_coreml.ReadBack(path)
            found = runtime.run(inputs)
            worst[name] = sum(float(np.square(found[key] - wanted[key]).mean()) for key in OUTPUT_NAMES)
            operations = runtime.program.functions["main"].operations
            if in_halves is None:
                continue
            in_half = [op for op in operations if op.op_type not in ("const", "cast") and is_half(op)]
            weights = {exact.trunk.get_submodule(layer).weight.shape for layer in in_halves}
            self.assertEqual([op.op_type for op in in_half], ["conv"] * len(in_halves))
            self.assertEqual({tuple(op.inputs["weight"].shape) for op in in_half}, weights)
            self.assertTrue(all(np.all(op.inputs["bias"].val == 0) for op in in_half if "bias" in op.inputs))
            # What is a half in value takes two bytes, however it is computed with.
            stored = [op.outputs[0].val for op in operations if op.op_type == "const" and op.outputs[0].rank == 4]
            sizes = sorted(values.size for values in stored if values.dtype == np.float16)
            self.assertEqual(sizes, sorted(layer.weight.numel() for layer in quantize.quantizable(exact).values()))
            if not in_halves:
                self.assert_close(found, torch_outputs(module, inputs), EXACT)
        self.assertLess(worst["none"], worst["layers"])
        self.assertLess(worst["layers"], worst["all"])


class QuantizeTest(unittest.TestCase):
    def test_rounding_is_within_half_a_step(self) -> None:
        torch.manual_seed(1)
        for shape in ((8, 96, 3, 3), (8, 22, 5, 5), (6, 50)):
            weight = torch.randn(shape)
            for blocks in (True, False):
                found = quantize.quantize_weight(weight, blocks, None)
                error = quantize.to_matrix((found.values() - weight).abs())
                steps = found.scales.repeat_interleave(error.shape[1] // found.scales.shape[1], dim=1)
                self.assertTrue((error <= 0.5 * steps + 1e-7).all())

    def test_compensated_rounding_changes_outputs_less(self) -> None:
        torch.manual_seed(1)
        inputs = torch.randn(500, 64) @ torch.randn(64, 64)  # channels that depend on each other
        weight = torch.randn(16, 64)
        moments = inputs.T @ inputs

        def output_error(moments: torch.Tensor | None) -> float:
            found = quantize.quantize_weight(weight, False, moments)
            return float((inputs @ (found.values() - weight).T).square().mean())

        self.assertLess(output_error(moments), 0.5 * output_error(None))

    def test_compensated_halves_change_outputs_less(self) -> None:
        exact, plain, compensated = (fold(tiny_network().module, 9, 9) for _ in range(3))
        calibration, others = ([random_inputs(seed=seed) for seed in seeds] for seeds in (range(24), range(24, 30)))
        arguments = [(torch.from_numpy(i["spatial"]), torch.from_numpy(i["global"])) for i in calibration]
        moments = quantize.collect_moments(exact, arguments)
        quantize.round_to_halves(compensated, moments)
        for layer in quantize.quantizable(plain).values():
            layer.weight.data = layer.weight.half().float()
        for name, layer in quantize.quantizable(compensated).items():
            self.assertTrue(torch.equal(layer.weight, layer.weight.half().float()), name)

        def error(module: network.NetworkModule) -> float:
            """Mean square, over outputs of positions that were not calibrated on."""
            total = 0.0
            for inputs in others:
                found, wanted = torch_outputs(module, inputs), torch_outputs(exact, inputs)
                total += sum(float(np.square(found[name] - wanted[name]).mean()) for name in wanted)
            return total

        self.assertLess(error(compensated), 0.7 * error(plain))

    def test_codes_of_a_file_survive_the_folding_of_norms(self) -> None:
        net = tiny_network()
        block = net.module.trunk.blocks[0].inner[0]
        norm = block.mid.norm
        norm.scale.data = torch.linspace(-1, 1, len(norm.scale))  # some negative
        out, channels, ky, kx = block.regular.weight.shape
        generator = np.random.default_rng(1)
        codes = generator.integers(-127, 128, (ky, kx, channels, out)).astype(np.int8)
        scales = generator.random((ky, kx, 2, out), np.float32)
        block.regular.int8 = Int8Weights(codes, scales, channels // 2)
        block.regular.from_file([block.regular.int8.values()])
        folded = fold(net.module, 9, 9)
        before = folded.trunk.blocks[0].inner[0].regular.weight.detach().clone()
        found = quantize.quantize(folded, True, None)
        self.assertEqual(list(found), ["blocks.0.inner.0.regular"])  # nothing else has codes
        torch.testing.assert_close(found["blocks.0.inner.0.regular"].values(), before, rtol=1e-6, atol=1e-7)
        self.assertEqual(
            set(np.unique(np.abs(found["blocks.0.inner.0.regular"].codes.numpy()))), set(np.unique(np.abs(codes)))
        )

    def test_the_largest_weight_keeps_the_outermost_code(self) -> None:
        torch.manual_seed(2)
        weight, inputs = torch.randn(16, 48), torch.randn(100, 48)
        found = quantize.quantize_weight(weight, False, inputs.T @ inputs)
        self.assertTrue((found.codes.abs().amax(dim=1) == quantize.MAX_CODE).all())


class FailureTest(Case):
    def model(self) -> Path:
        path = self.folder / "tiny.bin.gz"
        network.write(tiny_network(), path)
        return path

    def test_errors_are_one_clear_line(self) -> None:
        model = self.model()
        for arguments, words in (
            ((self.folder / "none.bin.gz", "--format", "onnx"), "none.bin.gz: cannot be read"),
            ((model, "--format", "onnx", "--board", "20"), "20x20"),
            ((model, "--format", "onnx", "--board", "x9"), "--board x9"),
            ((model, "--format", "tflite", "--batch", "dynamic"), "dynamic is for onnx"),
            ((model, "--format", "coreml", "--batch", "-1"), "--batch -1"),
            ((model, "--format", "onnx", "--output", self.folder / "net.tflite"), "must end in .onnx"),
            ((model, "--format", "onnx", "--output", self.folder / "no" / "net.onnx"), "cannot be written"),
            ((model, "--format", "onnx", "--activations", "int8"), "--activations int8 goes with"),
            ((model, "--format", "coreml", "--sums", "single"), "--sums single goes with"),
            ((model, "--format", "coreml", "--precision", "fp16", "--sums", "single"), "--calibration GAMES"),
            ((model, "--format", "onnx", "--precision", "int8", "--calibration", "/nowhere"), "/nowhere: there is no"),
        ):
            with self.subTest(words):
                output = [] if "--output" in arguments else ["--output", self.folder / f"net{self.suffix(arguments)}"]
                said = self.run_cli(*arguments, *output).splitlines()
                self.assertIn(words, said[-1])
                self.assertTrue(said[-1].startswith("export: "))
        self.assertEqual([path.name for path in self.folder.iterdir()], ["tiny.bin.gz"])

    @staticmethod
    def suffix(arguments: tuple) -> str:
        return next(entry.suffix for name, entry in cli.FORMATS.items() if name in arguments)

    def test_what_is_no_network_is_refused(self) -> None:
        damaged = network.own_file.LENGTH_BYTES * b"x"
        for name, content, words in (
            ("text.bin.gz", gzip.compress(b"What is this?"), "the network's version"),
            ("cut.bin.gz", self.model().read_bytes()[:-100], "ends in the middle"),
            ("other.onnx", b"", "a network file's name ends in"),
            ("short.safetensors", b"", "too few for a header"),
            ("cut.safetensors", damaged, "is the file complete?"),
            ("foreign.safetensors", b"\x02" + bytes(7) + b"{}", "is this a network of this engine?"),
        ):
            with self.subTest(name):
                path, output = self.folder / name, self.folder / "net.onnx"
                path.write_bytes(content)
                said = self.run_cli(path, "--format", "onnx", "--output", output).splitlines()
                self.assertEqual(len(said), 2)  # what it reads, and why it cannot
                self.assertIn(f"{path}: ", said[-1])
                self.assertIn(words, said[-1])
                self.assertFalse(output.exists())

    def test_a_missing_converter_is_named(self) -> None:
        for file_format, package in (("tflite", "litert_torch"), ("coreml", "coremltools")):
            output = self.folder / f"net{cli.FORMATS[file_format].suffix}"
            with self.subTest(package), mock.patch.dict(sys.modules, {package: None}):
                said = self.run_cli(self.model(), "--format", file_format, "--output", output).splitlines()
                self.assertRegex(said[-1], f"^export: the Python package {package} is missing; ")
                self.assertFalse(output.exists())

    def test_signals_leave_nothing(self) -> None:
        model, temporary = self.model(), self.folder / "temporary"
        temporary.mkdir()
        for file_format, number, status in (("coreml", signal.SIGTERM, 143), ("tflite", signal.SIGINT, 130)):
            with self.subTest(file_format):
                output = self.folder / f"net{cli.FORMATS[file_format].suffix}"
                command = [sys.executable, str(SCRIPTS / "export"), str(model), "--format", file_format]
                with subprocess.Popen(
                    [*command, "--output", str(output)],
                    stderr=subprocess.PIPE,
                    text=True,
                    env=os.environ | {"TMPDIR": str(temporary)},
                ) as process:
                    assert process.stderr
                    for line in process.stderr:
                        if "converting" in line:
                            process.send_signal(number)
                            break
                    process.stderr.read()
                self.assertEqual(process.returncode, status)
                self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["temporary", "tiny.bin.gz"])
                self.assertEqual(list(temporary.iterdir()), [])

    def test_an_old_network_is_refused(self) -> None:
        path = self.folder / "old.bin.gz"
        network.write(network.build(network.residual("old", 1, 8, gpool_channels=4, version=5)), path)
        self.assertIn("version 5", self.run_cli(path, "--format", "onnx", "--output", self.folder / "old.onnx"))

    def test_an_interrupted_export_leaves_nothing(self) -> None:
        def half_done(_module: object, _settings: object, _weights: object, path: Path) -> None:
            path.write_bytes(b"half")
            raise KeyboardInterrupt

        broken = cli.Format(".onnx", half_done, True, runtimes.OnnxRuntime)
        model = self.model()
        with mock.patch.dict(cli.FORMATS, onnx=broken):
            said = self.run_cli(model, "--format", "onnx", "--output", self.folder / "net.onnx")
        self.assertIn("interrupted", said)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["tiny.bin.gz"])

    def test_a_finished_export_replaces_an_older_one(self) -> None:
        for kind in ("file", "folder"):
            output = self.folder / kind
            for content in (b"old", b"new"):
                with files.unfinished(output) as temporary:
                    if kind == "folder":
                        temporary.mkdir()
                    (temporary / "x" if kind == "folder" else temporary).write_bytes(content)
            self.assertEqual((output / "x" if kind == "folder" else output).read_bytes(), b"new")

    def test_a_missing_package_is_named(self) -> None:
        done = subprocess.run(
            [sys.executable, "-S", str(SCRIPTS / "export"), "x", "--format", "onnx"],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"^export: the Python package \w+ is missing; .*setup.sh --train.*\n$")


if __name__ == "__main__":
    unittest.main()
