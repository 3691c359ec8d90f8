# SPDX-License-Identifier: MIT
"""Tests of training; the whole way from a teacher to a move where KATAGO_ENGINE names the engine."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import subprocess
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

import network
from network import Multipliers, Outputs
from network.architecture import Heads

from .__main__ import main, make_network, parser
from .growth import GrowthError, grow
from .losses import agreement, loss_parts
from .optimizer import make_optimizers
from .quantization import fake_quantize, quantized_layers, round_to_int8, round_weights
from .rows import SYMMETRIES, RowError, RowSet, SizeRows, apply_symmetry, apply_symmetry_to_policy, load_rows
from .trainer import Plan, Trainer, TrainingError, start_as_identity

SIDE = 5


def some_rows(count: int, seed: int) -> SizeRows:
    """Positions without sense, but with a teacher's answers that depend on them: he takes the point of plane 3."""
    rng = np.random.default_rng(seed)
    area = SIDE * SIDE
    planes = (rng.random((count, 22, area)) < 0.05).astype(np.uint8)
    planes[:, 0] = 1
    planes[:, 3] = 0
    best = rng.integers(area, size=count)
    planes[np.arange(count), 3, best] = 1
    policy = np.full((count, area + 1), 0.004, np.float16)
    policy[np.arange(count), best] = 0.9
    win = planes[:, 1].mean(axis=1, dtype=np.float32)
    return SizeRows(
        SIDE,
        {
            "planes": np.packbits(planes, axis=2),
            "globals": rng.standard_normal((count, 19)).astype(np.float32),
            "policy": policy,
            "value": np.stack([win, 1 - win, 0 * win], axis=1),
            "score": np.stack([10 * win, 0 * win + 3, 10 * win], axis=1),
            "ownership": (127 * planes[:, 1]).astype(np.int8),
        },
    )


def small_network(seed: int = 1) -> network.Network:
    torch.manual_seed(seed)
    config = network.residual("small", 2, 8, gpool_at=(2,), gpool_channels=4, heads=Heads(4, 4, 4, 8), version=8)
    net = network.build(config)
    start_as_identity(net.module)
    return net


def small_trainer(folder: Path, steps: int, qat: bool = False) -> Trainer:
    rows = RowSet({SIDE: some_rows(200, 1)}, {SIDE: some_rows(50, 2)})
    plan = Plan(steps=steps, shares={SIDE: 1.0}, batch_points=800, warmup=2, check_every=5, checkpoint_every=5, qat=qat)
    return Trainer(small_network(), rows, plan, folder, torch.device("cpu"))


class RowsTest(unittest.TestCase):
    def test_symmetries_are_eight_and_turn_points_and_policy_alike(self) -> None:
        board = torch.arange(SIDE * SIDE).view(1, SIDE, SIDE)
        seen = set()
        for symmetry in range(SYMMETRIES):
            image = apply_symmetry(board, symmetry)
            seen.add(tuple(image.flatten().tolist()))
            policy = torch.cat([board.flatten(1), torch.tensor([[99]])], dim=1)
            expected = [*image.flatten().tolist(), 99]
            self.assertEqual(apply_symmetry_to_policy(policy, SIDE, symmetry)[0].tolist(), expected)
        self.assertEqual(len(seen), SYMMETRIES)

    def test_missing_rows_are_told_of(self) -> None:
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(RowError, "no shards"):
            load_rows([Path(folder)])


class LossTest(unittest.TestCase):
    def test_the_teachers_own_answers_agree_with_it(self) -> None:
        batch = some_rows(20, 3).batch(np.arange(20))
        log_policy = batch.policy.clamp(min=1e-30).log()
        stdev = batch.score[:, 1] / 20
        outputs = Outputs(
            policy=log_policy[:, None, :-1].unflatten(2, (SIDE, SIDE)),
            pass_=log_policy[:, -1:],
            value=batch.value.clamp(min=1e-30).log(),
            score=torch.stack([batch.score[:, 0] / 20, stdev.expm1().log(), batch.score[:, 2] / 20], dim=1),
            ownership=torch.atanh(batch.ownership.clamp(-0.9999, 0.9999))[:, None],
        )
        found = agreement(outputs, batch, Multipliers())
        self.assertEqual(found["top1"], 1.0)
        for name in ("kl", "winrate", "lead", "ownership"):
            self.assertAlmostEqual(found[name], 0.0, places=3)
        self.assertAlmostEqual(loss_parts(outputs, batch, Multipliers())["score"].item(), 0.0, places=5)


class QuantizationTest(unittest.TestCase):
    def test_rounded_weights_are_int8_times_half_scales(self) -> None:
        torch.manual_seed(2)
        weight = torch.randn(6, 100, 3, 3)
        rounded = round_to_int8(weight)
        for part in rounded.tensor_split(2, dim=1):
            scale = part.abs().amax(dim=1, keepdim=True) / 127
            steps = part / scale
            self.assertLess((steps - steps.round()).abs().max().item(), 1e-3)
            self.assertTrue(torch.equal(scale.half().float() * 127, part.abs().amax(dim=1, keepdim=True)))
        self.assertTrue(torch.equal(round_to_int8(rounded), rounded))
        self.assertLess((rounded - weight).abs().max().item(), weight.abs().max().item() / 250)

    def test_training_sees_what_the_file_gets(self) -> None:
        net = small_network()
        batch = some_rows(4, 5).batch(np.arange(4))
        with torch.no_grad():
            for parameter in net.module.parameters():
                parameter.add_(0.1 * torch.randn_like(parameter))
            plain = net.module(batch.spatial, batch.global_).policy
            fake_quantize(net.module)
            seen = net.module(batch.spatial, batch.global_).policy
            round_weights(net.module)
            kept = net.module(batch.spatial, batch.global_).policy
        self.assertTrue(torch.equal(seen, kept))
        self.assertFalse(torch.equal(seen, plain))
        self.assertTrue(
            all(
                "trunk" in name
                for name, layer in net.module.named_modules()
                for q in quantized_layers(net.module)
                if layer is q
            )
        )


class ShapeTest(unittest.TestCase):
    """Networks of the shapes that options ask for."""

    def shaped(self, options: str) -> network.Network:
        common = "--rows none --output none --steps 1 --blocks 3 --channels 8 --gpool-at 2 --gpool-channels 4"
        return make_network(parser().parse_args([*common.split(), *options.split()]))

    def test_every_block_begins_by_adding_nothing(self) -> None:
        for options, blocks in (
            ("", 3),
            ("--mid-channels 6", 3),
            ("--attention-at 1,3 --attention-channels 4", 5),
            ("--attention-at 2 --attention-channels 4 --ffn-channels 12", 5),
        ):
            with self.subTest(options), torch.inference_mode():
                net = self.shaped(options)
                self.assertEqual(len(net.config.trunk.blocks), blocks)
                x = torch.randn(2, 8, 5, 5)
                for block in net.module.trunk.blocks:
                    self.assertTrue(torch.equal(block(x, None), x))

    def test_a_grown_network_answers_as_the_small_one(self) -> None:
        small = small_network()
        for parameter in small.module.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
        common = {"gpool_at": (2,), "gpool_channels": 4, "heads": Heads(4, 4, 4, 8), "version": 8}
        big = network.build(network.residual("big", 3, 12, **common))
        start_as_identity(big.module)
        grow(small, big)
        batch = some_rows(3, 1).batch(np.arange(3))
        expected, found = (net.module.eval()(batch.spatial, batch.global_) for net in (small, big))
        for name, wanted, got in zip(Outputs._fields, expected, found, strict=True):
            torch.testing.assert_close(got, wanted, msg=lambda text, name=name: f"{name}: {text}")
        self.assertGreater(found.policy.detach().std().item(), 0.01)
        # New channels are not lost: what was there learns to read them.
        found.policy.square().sum().backward()
        read = big.module.get_parameter("trunk.blocks.0.final.weight").grad[:8, 8:]
        self.assertGreater(read.abs().max().item(), 0)

    def test_what_cannot_be_grown_is_told_and_unchanged(self) -> None:
        for channels, gpool, where in ((12, 5, "gpool_to_bias"), (7, 4, "trunk.conv")):
            config = network.residual(
                "other", 2, channels, gpool_at=(2,), gpool_channels=gpool, heads=Heads(4, 4, 4, 8), version=8
            )
            big = network.build(config)
            before = {name: tensor.clone() for name, tensor in big.module.state_dict().items()}
            with self.assertRaisesRegex(GrowthError, where):
                grow(small_network(), big)
            for name, tensor in big.module.state_dict().items():
                self.assertTrue(torch.equal(tensor, before[name]), name)

    def test_muon_gets_matrices_of_blocks_alone(self) -> None:
        net = self.shaped("--attention-at 1 --attention-channels 4 --ffn-channels 12")
        names = {id(p): name for name, p in net.module.named_parameters()}
        muon, adam = (
            {names[id(p)] for group in optimizer.param_groups for p in group["params"]}
            for optimizer in make_optimizers(net.module)
        )
        self.assertIn("trunk.blocks.1.query.weight", muon)
        self.assertTrue(all(name.startswith("trunk.blocks.") and name.endswith(".weight") for name in muon))
        self.assertIn("trunk.blocks.1.rope.frequencies", adam)
        self.assertEqual(len(muon) + len(adam), len(names))

    def test_what_does_not_go_together_is_refused(self) -> None:
        with self.assertRaisesRegex(TrainingError, "--attention-at"):
            self.shaped("--mid-channels 6 --attention-at 1")
        with self.assertRaisesRegex(network.NetworkError, "attention at blocks"):
            self.shaped("--attention-at 4")


class TrainerTest(unittest.TestCase):
    def test_learns(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            trainer = small_trainer(Path(folder), 60)
            before = trainer.check()
            trainer.run()
            after = trainer.check()
        self.assertLess(after["5.kl"], 0.8 * before["5.kl"])
        self.assertGreater(after["5.top1"], 0.2)  # chance: 0.04
        self.assertLess(after["5.lead"], before["5.lead"])

    def test_goes_on_exactly(self) -> None:
        for qat in (False, True):
            with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
                whole = small_trainer(Path(folder), 10, qat=qat)
                whole.run()
                part = small_trainer(Path(other), 10, qat=qat)
                for _ in range(5):
                    part.train_step()
                part.save()
                resumed = small_trainer(Path(other), 10, qat=qat)
                resumed.resume()
                resumed.run()
                for a, b in zip(whole.averaged.parameters(), resumed.averaged.parameters(), strict=True):
                    self.assertTrue(torch.equal(a, b))

    def test_another_plan_does_not_go_on(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            small_trainer(Path(folder), 10).save()
            with self.assertRaisesRegex(TrainingError, "another plan"):
                small_trainer(Path(folder), 10, qat=True).resume()

    def test_other_rows_are_told_of(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            small_trainer(Path(folder), 10).save()
            for count, told in ((200, False), (300, True)):
                trainer = small_trainer(Path(folder), 10)
                trainer.rows.train[SIDE] = some_rows(count, 1)
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    trainer.resume()
                self.assertEqual("rows are others than before" in out.getvalue(), told)

    def test_a_run_may_be_made_longer_and_checked_less(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            small_trainer(Path(folder), 2).run()
            longer = small_trainer(Path(folder), 3)
            longer.plan = replace(longer.plan, check_every=7, checkpoint_every=3)
            longer.resume()
            self.assertEqual(longer.step, 2)
            longer.run()
            self.assertEqual(longer.step, 3)


class WholeWayTest(unittest.TestCase):
    """Teacher, rows, training, QAT, file, move: in seconds, so nothing is learnt but that every step fits the next."""

    def test_a_student_plays(self) -> None:
        engine = os.environ.get("KATAGO_ENGINE")
        if not engine:
            self.skipTest("KATAGO_ENGINE does not name the engine")
        with tempfile.TemporaryDirectory() as folder_name:
            folder = Path(folder_name)
            network.write(small_network(seed=7), folder / "teacher.bin.gz")
            override = f"homeDataDir={folder / 'home'}"
            sample = ["sample", "-model", f"{folder}/teacher.bin.gz", "-output-dir", f"{folder}/rows", "-rows", "400"]
            sample += ["-shard-rows", "100", "-boardsize", "5,7", "-threads", "1", "-seed", "1"]
            subprocess.run([engine, *sample, "-override-config", override], check=True, capture_output=True)
            common = f"train --rows {folder}/rows --boards 5,7 --batch-points 600 --check-every 20".split()
            shape = [
                "--blocks",
                "2",
                "--channels",
                "8",
                "--gpool-at",
                "2",
                "--gpool-channels",
                "4",
                "--head-channels",
                "4",
            ]
            self.assertEqual(main([*common, *shape, "--output", f"{folder}/a", "--steps", "60"][1:]), 0)
            start = ["--from", f"{folder}/a/student.bin.gz", "--rate", "0.1", "--qat", "--output", f"{folder}/b"]
            self.assertEqual(main([*common, *start, "--steps", "20"][1:]), 0)
            for run in ("a", "b"):
                self.assertGreater((folder / run / "log.png").stat().st_size, 1000)
            with (folder / "a" / "log.csv").open(newline="") as file:
                rows = list(csv.DictReader(file))
            self.assertLess(float(rows[-1]["7.kl"]), float(rows[0]["7.kl"]))
            commands = "boardsize 7\nclear_board\ngenmove b\nquit\n"
            arguments = [
                "gtp",
                "-model",
                folder / "b" / "student.bin.gz",
                "-override-config",
                f"{override},maxVisits=20",
            ]
            played = subprocess.run([engine, *arguments], input=commands, text=True, capture_output=True, check=True)
            self.assertRegex(played.stdout, r"= ([A-G][1-7]|pass|resign)\n")


if __name__ == "__main__":
    unittest.main()
