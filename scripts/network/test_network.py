# SPDX-License-Identifier: MIT
"""Tests of scripts/network; in scripts/: python -m unittest network.test_network. All rows: KATAGO_GOLDEN_FULL=1."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import tempfile
import unittest
from collections import defaultdict
from pathlib import Path
from unittest import mock

import numpy as np
import torch

import network
from network import golden, own_graph
from network.architecture import Attention
from network.evaluation import RawRow
from network.layers import BatchNorm, Conv, Linear
from network.metadata import metadata_row
from network.own_file import read_own_file

FULL = os.environ.get("KATAGO_GOLDEN_FULL") == "1"
ENGINE = Path(os.environ.get("KATAGO_ENGINE", Path(__file__).parents[2] / "katago"))
MODELS = sorted(golden.DATA.glob("models/*.gz"))
# Rows of a network that are compared in a short run, by the size of its file.
SHORT_ROWS, SHORT_ROWS_OF_BIG = 24, 3
BIG_FILE_BYTES = 20_000_000
BATCH = 8
torch.set_num_threads(1)  # tests share the machine; threads that wait for each other are slow there


def model_name(path: Path) -> str:
    return path.name.split(".")[0]


def raw_rows(outputs: network.Outputs) -> list[RawRow]:
    arrays = [tensor.numpy() for tensor in outputs]
    return [RawRow(p, q, v, s, o[0]) for p, q, v, s, o in zip(*arrays, strict=True)]


def evaluate(net: network.Network, rows: list[golden.GoldenRow]) -> list[RawRow]:
    spatial = torch.from_numpy(np.stack([row.spatial() for row in rows]))
    global_ = torch.from_numpy(np.stack([row.global_() for row in rows]))
    meta = torch.from_numpy(np.stack([row.meta() for row in rows])) if net.config.meta_channels else None
    full = all(row.board == row.buffer for row in rows)
    with torch.inference_mode():
        return raw_rows(net.module(spatial, global_, meta, None if full else spatial[:, :1]))


@unittest.skipUnless(MODELS, f"no networks in {golden.DATA} (set KATAGO_TEST_DATA)")
class GoldenTest(unittest.TestCase):
    def test_equals_the_reference_engine(self) -> None:
        for path in MODELS:
            with self.subTest(path.name):
                rows = golden.rows_of(model_name(path))
                if not FULL:
                    count = SHORT_ROWS_OF_BIG if path.stat().st_size > BIG_FILE_BYTES else SHORT_ROWS
                    rows = rows[:: max(1, len(rows) // count)]
                self._compare(network.read(path), rows)

    def _compare(self, net: network.Network, rows: list[golden.GoldenRow]) -> None:
        batches = defaultdict(list)
        for row in rows:  # positions that fill their buffer go without a mask
            batches[row.buffer, row.board == row.buffer].append(row)
        for same in batches.values():
            for start in range(0, len(same), BATCH):
                batch = same[start : start + BATCH]
                for row, raw in zip(batch, evaluate(net, batch), strict=True):
                    what, worst = max(row.differences(net.config, raw).items(), key=lambda item: item[1])
                    place = f"{row.position['id']}, symmetry {row.expected['symmetry']}"
                    self.assertLessEqual(worst, 1.0, f"{place}: {what} is off by {worst:.2f} tolerances")

    def test_writes_the_bytes_that_it_read(self) -> None:
        for path in MODELS:
            if path.stat().st_size > BIG_FILE_BYTES and not FULL:
                continue
            with self.subTest(path.name), tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / path.name
                net = network.read(path)
                network.write(net, copy)
                if path.name.endswith(".bin.gz"):
                    self.assertEqual(gzip.decompress(copy.read_bytes()), gzip.decompress(path.read_bytes()))
                again = network.read(copy)
                self.assertEqual(again.config, net.config)
                for name, tensor in net.module.state_dict().items():
                    self.assertTrue(torch.equal(tensor, again.module.state_dict()[name]), name)

    def test_metadata_rows_equal_the_reference_engine(self) -> None:
        count = 0
        for stored in golden.read_lines(golden.DATA / "nn-inputs" / "meta.jsonl.gz"):
            profile, black = stored["profile"], stored.get("nextPlayer") == "B"
            if stored.get("row"):
                row = metadata_row(profile, black, stored["boardArea"])
                np.testing.assert_allclose(row, stored["row"], atol=1e-6, err_msg=profile)
                count += 1
            elif stored.get("error"):
                with self.subTest(profile), self.assertRaises(network.NetworkError):
                    metadata_row(profile, black, 361)
        self.assertGreater(count, 100)


@unittest.skipUnless(MODELS and ENGINE.is_file(), f"no networks in {golden.DATA}, or no engine at {ENGINE}")
class OwnFileTest(unittest.TestCase):
    """Files of `katago quantize`."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "net.safetensors"

    def quantize(self, model: Path, precision: str) -> network.Network:
        command = [str(ENGINE), "quantize", "-model", str(model), "-precision", precision, "-output", str(self.path)]
        subprocess.run([*command, "-positions", "4"], capture_output=True, check=False)
        return network.read(self.path)

    def test_fp16_weights_are_the_network_rounded(self) -> None:
        for model in MODELS:
            if model.stat().st_size > BIG_FILE_BYTES and not FULL:
                continue
            with self.subTest(model.name):
                source, found = network.read(model), self.quantize(model, "fp16")
                for layer in source.module.modules():
                    if isinstance(layer, Conv | Linear):
                        layer.weight.data = layer.weight.data.half().float()
                wanted, stored = source.module.state_dict(), found.module.state_dict()
                self.assertEqual(list(wanted), list(stored))
                for name, tensor in wanted.items():
                    if name.endswith("rope.frequencies"):  # powers, which two libraries may round apart
                        torch.testing.assert_close(stored[name], tensor, atol=1e-7, rtol=1e-6)
                    else:
                        self.assertTrue(torch.equal(stored[name], tensor), name)
                self.assertEqual(found.config.version, source.config.version)
                self.assertEqual(found.config.multipliers, source.config.multipliers)
                self.assertEqual(found.config.meta_channels, source.config.meta_channels)

    def test_codes_are_near_the_weights(self) -> None:
        for name, attention in (("random-v14-b3c32nbt", False), ("random-v17-b2c48h4nbttflrs", True)):
            model = golden.DATA / "models" / f"{name}.bin.gz"
            source, found = network.read(model), self.quantize(model, "int8")
            pairs = zip(source.module.modules(), found.module.modules(), strict=True)
            coded = [(a, b) for a, b in pairs if getattr(b, "int8", None)]
            self.assertGreater(len(coded), 5)
            self.assertEqual(any(b.int8.rotated for _, b in coded), attention)
            for layer, other in coded:
                weight = layer.weight.detach()
                error = float((weight - other.weight.detach()).norm() / weight.norm())
                self.assertLess(error, 0.02)  # a code is off by 1/254 of its block's largest weight, or somewhat more
                self.assertGreater(error, 0)

    def test_damage_is_told(self) -> None:
        self.quantize(golden.DATA / "models" / "random-v8-b3c24.bin.gz", "fp16")
        good = self.path.read_bytes()
        begin = 8 + int.from_bytes(good[:8], "little")
        header = json.loads(good[8:begin])
        places = [entry["data_offsets"][0] for name, entry in header.items() if name.endswith(".weights")]
        weight = begin + places[0]
        for content, words in (
            (good[:weight] + bytes([good[weight] ^ 1]) + good[weight + 1 :], "its weights do not have the SHA-256"),
            (good.replace(b"silu", b"mish").replace(b"relu", b"mish"), "its header does not have the SHA-256"),
            (good[:-100], "is the file complete?"),
            (good[:200], "is the file complete?"),
            (good[:8] + b"[" + good[9:], "is no network file"),
        ):
            with self.subTest(words):
                self.path.write_bytes(content)
                with self.assertRaises(network.NetworkError) as caught:
                    network.read(self.path)
                self.assertIn(words, str(caught.exception))
                self.assertIn(str(self.path), str(caught.exception))

    def test_another_graph_is_refused(self) -> None:
        self.quantize(golden.DATA / "models" / "random-v8-b3c24.bin.gz", "fp16")
        file = read_own_file(self.path)
        graph = file.json("katago.graph")
        for node, change, words in (
            (5, {"inputs": [0]}, "where a KataGo network has"),
            (2, {"out": 23}, "its weights have shape"),
            (6, {"kind": "tanh"}, "unknown activation tanh"),
            (3, {"weights": "nothing"}, "not laid out as it should be"),
        ):
            nodes = [entry | change if i == node else entry for i, entry in enumerate(graph["nodes"])]
            file.metadata["katago.graph"] = json.dumps(graph | {"nodes": nodes})
            with (
                self.subTest(words),
                mock.patch.object(own_graph, "read_own_file", return_value=file),
                self.assertRaises(network.NetworkError) as caught,
            ):
                network.read(self.path)
            self.assertIn(words, str(caught.exception))


class BuildTest(unittest.TestCase):
    def nets(self) -> list[network.Network]:
        torch.manual_seed(1)
        return [
            network.build(network.residual("small", 3, 16, gpool_at=[2], gpool_channels=4, version=8)),
            network.build(network.residual("plain", 2, 8, gpool_channels=4, version=15)),
            network.build(network.bottleneck("nested", 2, 16, 8, gpool_at=[1], gpool_channels=4, version=16)),
            network.build(network.residual("attentive", 2, 8, gpool_channels=4, attention_at=[1], version=8)),
            network.build(
                network.residual(
                    "fed", 2, 8, gpool_channels=4, attention_at=[2], attention=Attention(2, 4, 12), version=17
                )
            ),
        ]

    def test_a_built_network_survives_its_file(self) -> None:
        spatial, global_ = torch.rand(2, 22, 9, 7), torch.rand(2, 19)
        for net in self.nets():
            for name in ("net.bin.gz", "net.txt"):
                with self.subTest(net.config.name + name), tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / name
                    network.write(net, path)
                    again = network.read(path)
                    self.assertEqual([p.name for p in Path(folder).iterdir()], [name])
                    self.assertEqual(again.config, net.config)
                    with torch.inference_mode():
                        for a, b in zip(net.module(spatial, global_), again.module(spatial, global_), strict=True):
                            self.assertTrue(torch.equal(a, b))

    def test_a_mask_equals_a_smaller_board(self) -> None:
        for net in self.nets():
            small = torch.rand(1, 22, 7, 9).round()
            small[:, 0] = 1
            large = torch.zeros(1, 22, 13, 13)
            large[:, :, :7, :9] = small
            global_ = torch.rand(1, 19)
            with torch.inference_mode():
                a = net.module(small, global_)
                b = net.module(large, global_, mask=large[:, :1])
            torch.testing.assert_close(b.policy[:, :, :7, :9], a.policy, atol=1e-5, rtol=1e-5)
            torch.testing.assert_close(b.ownership[:, :, :7, :9], a.ownership, atol=1e-5, rtol=1e-5)
            torch.testing.assert_close(b.value, a.value, atol=1e-5, rtol=1e-5)

    def test_training_moves_the_stored_moments(self) -> None:
        net = self.nets()[0]
        net.module.train()
        norm = net.module.trunk.tip.norm
        assert isinstance(norm, BatchNorm)
        before = norm.mean.clone()
        out = net.module(torch.rand(4, 22, 9, 9), torch.rand(4, 19))
        out.value.sum().backward()
        self.assertFalse(torch.equal(before, norm.mean))
        self.assertIsNotNone(net.module.trunk.conv.weight.grad)


class BadFileTest(unittest.TestCase):
    def assert_refused(self, name: str, data: bytes, *words: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            with self.assertRaises(network.NetworkError) as caught:
                network.read(path)
            for word in (str(path), *words):
                self.assertIn(word, str(caught.exception))

    def good(self) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "net.bin"
            torch.manual_seed(1)
            network.write(network.build(network.residual("net", 1, 8, gpool_channels=4)), path)
            return path.read_bytes()

    def test_bad_files_are_refused_with_a_reason(self) -> None:
        good = self.good()
        packed = gzip.compress(good)
        self.assert_refused("net.bin", b"", "ends before the network's name")
        self.assert_refused("net.bin", good.replace(b"net\n15\n", b"net\n99\n", 1), "version is 99", "3 to 17")
        self.assert_refused("net.bin", good[: len(good) // 2], "ends within")
        self.assert_refused("net.bin", good.replace(b"ordinary_block", b"dilated_block"), "dilated_block")
        self.assert_refused("net.bin", good.replace(b"ACTIVATION_RELU", b"ACTIVATION_TANH", 1), "ACTIVATION_TANH")
        self.assert_refused("net.bin", good.replace(b"\n3\n3\n22\n8\n", b"\n3\n3\n21\n8\n"), "21, must be 22")
        self.assert_refused("net.bin.gz", packed[:10] + b"\xff" * 50, "not compressed properly")
        self.assert_refused("net.bin.gz", packed[:-20], "middle of its compressed data")
        self.assert_refused("net.bin.gz", packed + b"x", "1 bytes after")
        at = good.index(b"@BIN@") + 5
        self.assert_refused("net.bin", good[:at] + b"\0\0\xc0\x7f" + good[at + 4 :], "not finite")

    def test_the_content_tells_the_form(self) -> None:
        good = self.good()
        with tempfile.TemporaryDirectory() as folder:
            for name in ("net.bin", "net.bin.gz", "net.txt", "net.gz", "net", "net.onnx"):
                for content in (good, gzip.compress(good)):
                    (Path(folder) / name).write_bytes(content)
                    self.assertEqual(network.read(Path(folder) / name).config.name, "net")

    def test_only_regular_files_are_replaced(self) -> None:
        net = network.build(network.residual("net", 1, 8, gpool_channels=4))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "link.bin").symlink_to("made.bin")
            network.write(net, folder / "link.bin")
            self.assertTrue((folder / "link.bin").is_symlink())
            (folder / "made.bin").chmod(0o640)
            network.write(net, folder / "link.bin")
            self.assertEqual((folder / "made.bin").stat().st_mode & 0o777, 0o640)
            os.mkfifo(folder / "fifo.bin")
            (folder / "device.bin").symlink_to("/dev/full")
            (folder / "circle.bin").symlink_to("circle.bin")
            (folder / "folder.bin").mkdir()
            kinds = {"fifo": "a FIFO", "device": "a device", "circle": "circle", "folder": "a folder"}
            for bad, words in kinds.items():
                with self.assertRaisesRegex(network.NetworkError, words):
                    network.write(net, folder / f"{bad}.bin")
            self.assertEqual(len(list(folder.iterdir())), 6)

    def test_impossible_networks_are_not_written(self) -> None:
        net = network.build(network.residual("net", 1, 8, gpool_channels=4, activation="mish", version=8))
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(network.NetworkError):
            network.write(net, Path(folder) / "net.bin.gz")

    def test_a_missing_file_is_named(self) -> None:
        with self.assertRaises(network.NetworkError) as caught:
            network.read("/nowhere/net.bin.gz")
        self.assertIn("/nowhere/net.bin.gz", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
