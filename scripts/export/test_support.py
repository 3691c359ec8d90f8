# SPDX-License-Identifier: MIT
"""What the tests of the converters share: networks, inputs, tolerances, and a case with a folder of its own."""

from __future__ import annotations

import io
import os
import tempfile
import unittest
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
import torch

import network
from export import cli
from export.fold import BiasedConv, fold
from export.interface import OUTPUT_NAMES
from network import golden

FULL = os.environ.get("KATAGO_GOLDEN_FULL") == "1"
MODELS = golden.DATA / "models"
SCRIPTS = Path(__file__).resolve().parent.parent
# Networks that are converted in a short run, between them every kind of block and input; the converters are slow.
SHORT = {"random-v8-b3c24", "random-v14-b3c32nbt", "random-v15-b3c32nbt-humanmeta", "random-v17-b2c48h4nbttflrs"}
# Converters reorder sums; FP16 has 11 bits.
SAME = 1e-3
FP16 = 5e-2
EXACT = 1e-4  # of probabilities that two programs make of the same weights in single precision
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
