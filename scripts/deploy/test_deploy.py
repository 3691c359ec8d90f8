# SPDX-License-Identifier: MIT
"""Tests of scripts/deploy: the examples run, TensorRT's script asks for what is right. KATAGO_ENGINE: the program."""

from __future__ import annotations

import dataclasses
import io
import os
import subprocess
import sys
import tempfile
import types
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

import torch

import network
from deploy import speed, table
from export import check, cli, runtimes

DEPLOY = Path(__file__).resolve().parent
ENGINE = Path(os.environ.get("KATAGO_ENGINE", DEPLOY.parents[1] / "katago"))
GAME = "(;GM[1]SZ[9]KM[7]RU[chinese];B[ee];W[cc];B[gc];W[cg])"


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        torch.manual_seed(1)
        self.model = self.folder / "tiny.bin.gz"
        network.write(network.build(network.residual("tiny", 1, 8, gpool_channels=4)), self.model)
        self.game = self.folder / "game.sgf"
        self.game.write_text(GAME)

    def export(self, *options: str) -> Path:
        output = self.folder / f"net.{options[0]}"
        arguments = [str(self.model), "--format", *options, "--board", "9", "--output", str(output)]
        self.assertEqual(cli.main(arguments), 0)
        return output

    def run_script(self, name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = ["sh"] if name.endswith(".sh") else [sys.executable]
        environment = os.environ | {"PYTHON": sys.executable}
        return subprocess.run(
            [*command, str(DEPLOY / name), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )


@unittest.skipUnless(ENGINE.is_file(), f"no engine at {ENGINE} (make, or set KATAGO_ENGINE)")
class ExampleTest(Case):
    def test_examples_say_where_to_play(self) -> None:
        answers = []
        for name, file_format in (("where_onnx.py", "onnx"), ("where_litert.py", "tflite")):
            done = self.run_script(name, self.export(file_format), self.game, "--engine", ENGINE)
            self.assertEqual(done.returncode, 0, done.stderr)
            lines = done.stdout.splitlines()
            self.assertRegex(lines[0], r"^B to move: wins [\d.]+ %, leads by -?[\d.]+ points$")
            self.assertEqual(len(lines), 6)
            for line in lines[1:]:
                self.assertRegex(line, r"^([A-J][1-9]|pass) +[\d.]+ %$")
            answers.append(lines)
        self.assertEqual(*answers)  # two runtimes, one network

    def test_a_wrong_board_is_told(self) -> None:
        self.game.write_text(GAME.replace("SZ[9]", "SZ[13]"))
        done = self.run_script("where_onnx.py", self.export("onnx"), self.game, "--engine", ENGINE)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("boards of 9x9, the game is on 13x13", done.stderr)

    def test_check_compares_with_the_engine(self) -> None:
        output = self.folder / "checked.onnx"
        command = [sys.executable, str(DEPLOY.parent / "export"), str(self.model), "--format", "onnx", "--board", "9"]
        command += ["--output", str(output), "--check", str(self.game), "--engine", str(ENGINE), "--positions", "4"]
        command += ["--precision", "fp16", "--calibration", str(self.game)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"(?s)calibrating on \d+ positions.*rounding to FP16: (\d+) of \1 layers")
        header, row = done.stdout.splitlines()
        self.assertIn("policy KL", header)
        self.assertRegex(row, r"^onnxruntime \S+ +4 +100\.0 +100\.0 ")


@unittest.skipUnless(ENGINE.is_file(), f"no engine at {ENGINE} (make, or set KATAGO_ENGINE)")
class TableTest(Case):
    def setUp(self) -> None:
        super().setUp()
        self.game.write_text(GAME.replace("SZ[9]", "SZ[19]"))
        self.page = self.folder / "page.md"
        self.page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\n{speed.BEGIN}\nold\n{speed.END}\nafter\n")

    def run_main(self, module: types.ModuleType, *arguments: object) -> None:
        said = io.StringIO()
        with mock.patch.object(sys, "argv", [module.__name__, *map(str, arguments)]), redirect_stdout(said):
            self.assertEqual(module.main(), 0)

    def make_table(self, cases: list[tuple[str, str, str]]) -> None:
        with mock.patch.object(table, "CASES", cases):
            files = ["--results", self.folder / "results.json", "--files", self.folder / "files"]
            games = ["--games", self.game, "--calibration", self.game, "--positions", 4, "--engine", ENGINE]
            self.run_main(table, self.model, *games, *files, "--readme", self.page)

    def test_the_table_is_written_and_goes_on_where_it_was(self) -> None:
        full, small, close = ("onnx", "fp32", "float"), ("onnx", "int8", "float"), ("coreml", "fp16", "single")
        self.make_table([full])
        with mock.patch.object(check, "compare", side_effect=AssertionError("measured again")):
            self.make_table([full])
        self.make_table([full, small, close])
        lines = self.page.read_text().splitlines()
        self.assertEqual([lines[0], lines[-1]], ["before", "after"])
        self.assertIn("**tiny**", lines)
        rows = [
            [cell.strip() for cell in line.split("|")[1:-1]]
            for line in lines
            if line.startswith(("| onnx ", "| coreml "))
        ]
        self.assertEqual([row[0] for row in rows], ["coreml fp16, single sums", "onnx fp32", "onnx int8"])
        self.assertEqual(rows.pop(0)[-1], "yes")
        self.assertEqual([rows[0][2], rows[0][5], rows[0][-1]], ["100.0 %", "100.0", "yes"])
        self.assertTrue(all(len(row) == len(table.HEADER) for row in rows))

    def test_speeds_are_written(self) -> None:
        self.make_table([("onnx", "fp32", "float")])

        def contenders(name: str, folder: Path, inputs: dict, budget: float) -> list[speed.Contender]:
            runtime = runtimes.OnnxRuntime(folder / table.file_name(name, ("onnx", "fp32", "float")))
            return [speed.Contender("onnxruntime, fp32", lambda: speed.timed(lambda: runtime.run(inputs), budget))]

        options = ["--files", self.folder / "files", "--int8", self.model, "--engine", ENGINE, "--seconds", 0.01]
        with mock.patch.object(speed, "runtime_contenders", contenders):
            self.run_main(speed, self.model, *options, "--rounds", 2, "--readme", self.page)
        kinds = ["onnxruntime, fp32", "engine, fp32", "engine, auto", "engine, int8 file"]
        found = [line for line in self.page.read_text().splitlines() if line.split(" | ")[0].strip("| ") in kinds]
        self.assertEqual(len(found), len(kinds))
        for line in found:
            self.assertRegex(line, r"^\| [\w, ]+ \| [\d.]+ \([\d.]+ to [\d.]+\) \|$")

    def test_a_bound_that_does_not_hold_is_told(self) -> None:
        exact = check.Agreement(*([True] * 200 for _ in range(2)), *([0.0] * 200 for _ in range(5)))
        self.assertTrue(table.holds(["onnx", "fp16", "float"], exact, 0.5, False))
        self.assertTrue(table.holds(["onnx", "int8", "float"], exact, 0.3, False))
        self.assertFalse(table.holds(["onnx", "int8", "float"], exact, 0.31, False))
        diverging = dataclasses.replace(exact, divergence=[1.8e-3] * 200)
        self.assertTrue(table.holds(["onnx", "int8", "float"], diverging, 0.3, True))
        self.assertFalse(table.holds(["onnx", "int8", "float"], diverging, 0.3, False))
        other_moves = dataclasses.replace(exact, top1=[True] * 197 + [False] * 3)
        self.assertTrue(table.holds(["onnx", "int8", "float"], other_moves, 0.3, False))
        self.assertFalse(table.holds(["onnx", "fp16", "float"], other_moves, 0.5, False))
        far = dataclasses.replace(exact, largest=[0.0] * 199 + [1.1e-3])
        self.assertTrue(table.holds(["coreml", "fp16", "float"], far, 0.5, False))
        self.assertFalse(table.holds(["coreml", "fp16", "single"], far, 0.5, False))
        self.assertTrue(table.holds(["coreml", "fp16", "single"], exact, 0.5, False))


class TensorRtTest(Case):
    def test_the_builder_gets_shapes_and_precision(self) -> None:
        done = self.run_script("tensorrt.sh", self.export("onnx"), "--dry-run", "--batch", "4")
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("--fp16", "--minShapes=spatial:1x22x9x9,global:1x19", "--maxShapes=spatial:4x22x9x9,global:4x19"):
            self.assertIn(word, done.stdout)
        self.assertNotIn("--int8", done.stdout)

    def test_a_fixed_batch_takes_no_shapes(self) -> None:
        done = self.run_script("tensorrt.sh", self.export("onnx", "--batch", "2"), "--dry-run", "--fp32")
        self.assertNotIn("Shapes", done.stdout)
        self.assertNotIn("--fp16", done.stdout)

    def test_mistakes_are_told(self) -> None:
        for arguments, words in (
            (["none.onnx"], "no such file"),
            ([], "which .onnx file"),
            (["--what"], "unknown option"),
        ):
            done = self.run_script("tensorrt.sh", *arguments)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
