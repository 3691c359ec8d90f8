# SPDX-License-Identifier: MIT
"""Exports that fail, are interrupted, or replace another: one clear line, and nothing half-written."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

import network
from export import cli, files, runtimes
from export.test_support import SCRIPTS, Case, tiny_network


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
            ("other.onnx", b"", "the file ends before the network's name"),
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
