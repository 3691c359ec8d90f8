# SPDX-License-Identifier: MIT
"""Rounding of weights to INT8 codes and to FP16."""

from __future__ import annotations

import unittest

import numpy as np
import torch

import network
from export import quantize
from export.fold import fold
from export.test_support import random_inputs, tiny_network, torch_outputs
from network.own_file import Int8Weights


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

    def test_compensated_fp16_change_outputs_less(self) -> None:
        exact, plain, compensated = (fold(tiny_network().module, 9, 9) for _ in range(3))
        calibration, others = ([random_inputs(seed=seed) for seed in seeds] for seeds in (range(24), range(24, 30)))
        arguments = [(torch.from_numpy(i["spatial"]), torch.from_numpy(i["global"])) for i in calibration]
        moments = quantize.collect_moments(exact, arguments)
        quantize.round_to_fp16(compensated, moments)
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


if __name__ == "__main__":
    unittest.main()
