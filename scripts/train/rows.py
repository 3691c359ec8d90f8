# SPDX-License-Identifier: MIT
"""Training rows: the shards of `katago sample` (layout: src/command/sample/sample_rows.h), and batches of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

FIELDS = ("planes", "globals", "policy", "value", "score", "ownership")
OWNERSHIP_SCALE = 127.0
SYMMETRIES = 8


class RowError(Exception):
    """Rows that cannot be used; the text says where and why."""


@dataclass(frozen=True)
class Batch:
    """Positions of one board size; everything is the view of the player to move.

    spatial    [N, 22, H, W]
    global_    [N, 19]
    policy     [N, H * W + 1]   probabilities, 0 where illegal
    legal      [N, H * W + 1]   bool
    value      [N, 3]           probabilities of win, loss, no result
    score      [N, 3]           mean, standard deviation, lead; points
    ownership  [N, H, W]        -1 to 1
    """

    spatial: Tensor
    global_: Tensor
    policy: Tensor
    legal: Tensor
    value: Tensor
    score: Tensor
    ownership: Tensor

    def to(self, device: torch.device) -> Batch:
        return Batch(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


def apply_symmetry(x: Tensor, symmetry: int) -> Tensor:
    """The last two axes, flipped by bits 0 (rows) and 1 (columns), then transposed by bit 2: KataGo's numbering."""
    axes = [axis for bit, axis in ((1, -2), (2, -1)) if symmetry & bit]
    x = x.flip(axes) if axes else x
    return x.transpose(-2, -1) if symmetry & 4 else x


def apply_symmetry_to_policy(policy: Tensor, side: int, symmetry: int) -> Tensor:
    points, passes = policy[:, :-1], policy[:, -1:]
    return torch.cat([apply_symmetry(points.unflatten(1, (side, side)), symmetry).flatten(1), passes], dim=1)


class SizeRows:
    """All rows of one square board size, in memory."""

    def __init__(self, side: int, arrays: dict[str, np.ndarray]) -> None:
        self.side, self.arrays = side, arrays

    def __len__(self) -> int:
        return len(self.arrays["value"])

    def batch(self, rows: np.ndarray, symmetry: int = 0) -> Batch:
        side, area = self.side, self.side * self.side
        part = {name: array[rows] for name, array in self.arrays.items()}
        planes = np.unpackbits(part["planes"], axis=2, count=area).reshape(len(rows), -1, side, side)
        policy = torch.from_numpy(part["policy"].astype(np.float32))
        policy = apply_symmetry_to_policy(policy, side, symmetry)
        ownership = torch.from_numpy(part["ownership"].astype(np.float32) / OWNERSHIP_SCALE)
        legal = policy >= 0
        policy = policy.clamp(min=0)
        return Batch(
            apply_symmetry(torch.from_numpy(planes.astype(np.float32)), symmetry),
            torch.from_numpy(part["globals"]),
            policy / policy.sum(dim=1, keepdim=True),
            legal,
            torch.from_numpy(part["value"]),
            torch.from_numpy(part["score"]),
            apply_symmetry(ownership.unflatten(1, (side, side)), symmetry),
        )


@dataclass(frozen=True)
class RowSet:
    """Rows by board side: those to learn from, and those held out (whole shards, so whole games)."""

    train: dict[int, SizeRows]
    held_out: dict[int, SizeRows]


def _side_of(path: Path) -> int | None:
    """The board's side by the shard's name, 9x9-00012.safetensors; None: not square."""
    try:
        width, height = map(int, path.name.split("-")[0].split("x"))
    except ValueError:
        raise RowError(f"{path}: a shard's name begins with its board size, as in 9x9-00000.safetensors") from None
    return width if width == height else None


def _read(paths: list[Path]) -> dict[str, np.ndarray]:
    parts: dict[str, list[np.ndarray]] = {name: [] for name in FIELDS}
    for path in paths:
        try:
            with safe_open(path, "numpy") as shard:
                for name in FIELDS:
                    parts[name].append(shard.get_tensor(name))
        except (SafetensorError, OSError) as error:
            raise RowError(f"{path}: {error}") from error
    # Field by field, each freed as soon as it is joined: a million rows of 19x19 take 2 GB.
    return {name: np.concatenate(parts.pop(name)) for name in FIELDS}


def load_rows(folders: list[Path], most_held_out: int = 4096) -> RowSet:
    """Reads all shards; the first of each size in the first folder is held out, `most_held_out` rows of it."""
    by_side: dict[int, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.safetensors")):
            if (side := _side_of(path)) is not None:
                by_side.setdefault(side, []).append(path)
    if not by_side:
        raise RowError(f"no shards in {', '.join(map(str, folders))}: make them with `katago sample`")
    train, held_out = {}, {}
    for side, paths in sorted(by_side.items()):
        if len(paths) < 2:
            raise RowError(f"{paths[0]}: the only shard of its size, but one must be held out; sample more rows")
        first = {name: array[:most_held_out] for name, array in _read(paths[:1]).items()}
        held_out[side] = SizeRows(side, first)
        train[side] = SizeRows(side, _read(paths[1:]))
    return RowSet(train, held_out)


class BatchMaker:
    """Draws the batch of a step: the same for the same seed, step and rows, so that a run can be resumed exactly.

    Batches of all sizes have about the same number of points, so that steps cost the same.
    """

    def __init__(self, rows: dict[int, SizeRows], shares: dict[int, float], batch_points: int, seed: int) -> None:
        missing = set(shares) - set(rows)
        if missing:
            raise RowError(f"no rows of board side {min(missing)}; there are rows of {sorted(rows)}")
        self.rows, self.batch_points, self.seed = rows, batch_points, seed
        self.sides = sorted(shares)
        weights = np.array([shares[side] for side in self.sides], dtype=np.float64)
        self.probabilities = weights / weights.sum()

    def make(self, step: int) -> Batch:
        rng = np.random.default_rng((self.seed, step))
        side = int(rng.choice(self.sides, p=self.probabilities))
        rows = self.rows[side]
        count = min(max(1, self.batch_points // (side * side)), len(rows))
        return rows.batch(rng.integers(len(rows), size=count), int(rng.integers(SYMMETRIES)))


def batches_of(rows: SizeRows, size: int = 256) -> Iterator[Batch]:
    for start in range(0, len(rows), size):
        yield rows.batch(np.arange(start, min(start + size, len(rows))))
