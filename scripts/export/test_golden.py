# SPDX-License-Identifier: MIT
"""Converted networks against the reference engine; files of the engine's own. All networks: KATAGO_GOLDEN_FULL=1."""

from __future__ import annotations

import copy
import os
import subprocess
import unittest
from pathlib import Path

import numpy as np
import onnx
from ai_edge_litert.tools import flatbuffer_utils
from onnx import numpy_helper

import network
from export import check, cli, files, positions, quantize, runtimes, to_coreml, to_tflite
from export.fold import fold
from export.interface import ExportModule, Settings
from export.test_support import (
    EXACT,
    FP16,
    FULL,
    MODELS,
    SAME,
    SCRIPTS,
    Case,
    random_inputs,
    stored_models,
    torch_outputs,
)
from network import golden

ENGINE = Path(os.environ.get("KATAGO_ENGINE", SCRIPTS.parent / "katago"))
BIG_FILE_BYTES = 20_000_000
ROWS = 12  # of a network, in a short run
SHORT_TFLITE = {"random-v8-b3c24"}
GAME = "(;GM[1]SZ[9]KM[7]RU[chinese];B[ee];W[cc];B[gc];W[cg];B[gg];W[ce];B[ec];W[eg];B[ge];W[dd])"


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
        self.assert_close(runtimes.LiteRt(path).run(inputs), wanted, FP16)
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
        for in_fp16 in (None, set()):
            path = self.folder / "net.mlpackage"
            to_coreml.convert(ExportModule(others.pop(), False), settings, None, path, in_fp16)
            runtime = to_coreml.ReadBack(path)
            self.assert_close(runtime.run(inputs), wanted, FP16 if in_fp16 is None else SAME)
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
            self.assertEqual(keeps_codes, "ttf" not in name)  # with attention their inputs are rotated
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


if __name__ == "__main__":
    unittest.main()
