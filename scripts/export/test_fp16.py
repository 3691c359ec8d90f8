# SPDX-License-Identifier: MIT
"""Which layers may compute in FP16, against what rounding them changes."""

from __future__ import annotations

import unittest
from unittest import mock

import numpy as np
import torch

from export import fp16, quantize
from export.fold import BiasedConv, fold
from export.test_support import random_inputs, tiny_network, with_biases


class Fp16Test(unittest.TestCase):
    def setUp(self) -> None:
        self.module = fold(tiny_network().module, 9, 9)
        made = [random_inputs(seed=seed) for seed in range(40)]
        for inputs in made:  # stones of one colour on a point
            inputs["spatial"][:, 2] *= 1 - inputs["spatial"][:, 1]
        self.positions = [(torch.from_numpy(i["spatial"]), torch.from_numpy(i["global"])) for i in made]

    def probabilities(self) -> list[torch.Tensor]:
        with torch.inference_mode():
            return [fp16.probabilities(self.module(*arguments), arguments[0]) for arguments in self.positions]

    def measured(self, layer: torch.nn.Module) -> float:
        """The mean over positions of what rounding a layer's input and its sums before the bias changes, in squares."""
        exact = self.probabilities()
        bias = layer.bias[:, None, None] if isinstance(layer, BiasedConv) else 0.0
        handles = [
            layer.register_forward_pre_hook(lambda _, inputs: inputs[0].half().float()),
            layer.register_forward_hook(lambda _, _inputs, output: (output - bias).half().float() + bias),
        ]
        found = self.probabilities()
        for handle in handles:
            handle.remove()
        return float(np.mean([float((x - y).square().sum()) for x, y in zip(found, exact, strict=True)]))

    def test_gradients_tell_what_rounding_costs(self) -> None:
        with mock.patch.object(fp16, "SIGNS", 16):
            expected = fp16.squared_changes(self.module, self.positions)
        layers = quantize.quantizable(self.module)
        self.assertEqual(list(expected), list(layers))
        measured = {name: self.measured(layer) for name, layer in layers.items()}
        for name in layers:
            ratio = expected[name] / measured[name]
            self.assertTrue(0.5 < ratio < 2, f"{name}: {expected[name]:.1e}, measured {measured[name]:.1e}")
        self.assertAlmostEqual(sum(expected.values()) / sum(measured.values()), 1, delta=0.25)

    def test_sums_are_rounded_before_biases_are_added(self) -> None:
        module = with_biases()
        name = "blocks.0.inner.0.regular"
        layer = module.trunk.get_submodule(name)
        places = fp16.Places({name: layer})
        module(*self.positions[0])
        (_, x, of_input), (_, _, of_output) = places.found
        places.close()
        self.assertTrue(torch.equal(of_input, fp16.rounding_errors(x)))
        layer.bias.data.zero_()
        torch.testing.assert_close(of_output.mean(), fp16.rounding_errors(layer(x)).mean(), rtol=1e-2, atol=0)
        self.assertEqual(len(places.found), 2)

    def test_layers_with_one_input_have_gradients_of_their_own(self) -> None:
        block = self.module.trunk.blocks[0].inner[0]
        places = fp16.Places({"regular": block.regular, "gpool": block.gpool})
        self.module(*self.positions[0])
        places.close()
        inputs = [x for _, x, _ in places.found[::2]]
        self.assertEqual({name for name, _, _ in places.found[::2]}, {"regular", "gpool"})
        self.assertTrue(torch.equal(*inputs))
        self.assertIsNot(*inputs)

    def test_what_fp16_holds_exactly_costs_nothing(self) -> None:
        x = torch.tensor([0.0, 1.0, -0.5, 2.0**-14, 1 + 2.0**-10, 1.0001, 3.0001, 1e-6])
        found = fp16.rounding_errors(x)
        self.assertEqual(found[:5].tolist(), [0] * 5)
        steps = torch.tensor([2.0**-10, 2.0**-9, 2.0**-24])
        torch.testing.assert_close(found[5:], steps / 12**0.5)

    def test_the_cheapest_multiply_adds_are_chosen(self) -> None:
        changes = fp16.squared_changes(self.module, self.positions)
        layers = quantize.quantizable(self.module)
        prices = {name: changes[name] / layers[name].weight.numel() for name in layers}
        in_order = sorted(prices, key=lambda name: prices[name])
        for count in (0, 3, len(layers)):
            allowed = sum(changes[name] for name in in_order[:count]) ** 0.5 * (1 + 1e-6)
            with mock.patch.object(fp16, "ALLOWED_CHANGE", allowed):
                chosen = fp16.layers_for_fp16(self.module, self.positions)
            self.assertEqual(chosen, set(in_order[:count]))


if __name__ == "__main__":
    unittest.main()
