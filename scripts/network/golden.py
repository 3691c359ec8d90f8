# SPDX-License-Identifier: MIT
"""The reference engine's answers, for tests: positions with their input features, and what networks make of them."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .config import NetworkConfig
from .evaluation import RawRow, evaluate
from .metadata import metadata_row

DATA = Path(os.environ.get("KATAGO_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
# What two float implementations may differ by; see the reference data's README.
PROBABILITY_TOLERANCE = 1e-4
POINTS_TOLERANCE, POINTS_RELATIVE_TOLERANCE = 1e-3, 1e-4
SQUARE_RELATIVE_TOLERANCE = 1e-3


def read_lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@cache
def positions() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in read_lines(DATA / "nn-inputs" / "positions.jsonl.gz")}


def apply_symmetry(planes: np.ndarray, symmetry: int) -> np.ndarray:
    """Of the last two axes (rows, columns): bit 0 flips rows, bit 1 columns, then bit 2 transposes squares."""
    planes = planes[..., ::-1, :] if symmetry & 1 else planes
    planes = planes[..., :, ::-1] if symmetry & 2 else planes
    square = planes.shape[-1] == planes.shape[-2]
    return planes.swapaxes(-1, -2) if symmetry & 4 and square else planes


def undo_symmetry(planes: np.ndarray, symmetry: int) -> np.ndarray:
    return apply_symmetry(planes, {5: 6, 6: 5}.get(symmetry, symmetry))


@dataclass(frozen=True)
class GoldenRow:
    """One evaluation of the reference: inputs in the buffer it used, in the symmetry it chose, and its results."""

    expected: dict[str, Any]
    position: dict[str, Any]

    @property
    def buffer(self) -> tuple[int, int]:
        return self.expected["nnYLen"], self.expected["nnXLen"]

    @property
    def board(self) -> tuple[int, int]:
        width, height = self.position["size"]
        return height, width

    def spatial(self) -> np.ndarray:
        height, width = self.buffer
        exact = self.buffer == self.board and self.board != (19, 19)
        planes = np.zeros((22, height * width), np.float32)
        for plane, points in zip(planes, self.position["planesExact" if exact else "planes19"], strict=True):
            plane[points] = 1
        return np.ascontiguousarray(apply_symmetry(planes.reshape(22, height, width), self.expected["symmetry"]))

    def global_(self) -> np.ndarray:
        return np.array(self.position["globals"], np.float32)

    def meta(self) -> np.ndarray:
        height, width = self.board
        return metadata_row(self.expected["profile"], self.position["nextPlayer"] == "B", height * width)

    def legal(self) -> np.ndarray:
        """In the buffer, as the reference saw it."""
        height, width = self.board
        legal = np.zeros(self.buffer, bool)
        policy = np.array(self.expected["policy"])
        legal[:height, :width] = policy[:-1].reshape(height, width) >= 0
        return np.append(legal.ravel(), policy[-1] >= 0)

    def differences(self, config: NetworkConfig, raw: RawRow) -> dict[str, float]:
        """Differences from the reference, over what is tolerated: above 1 is a fault."""
        height, width = self.board
        expected, symmetry = self.expected, self.expected["symmetry"]
        raw = RawRow(
            undo_symmetry(raw.policy, symmetry), raw.pass_, raw.value, raw.score, undo_symmetry(raw.ownership, symmetry)
        )
        rules = self.position["rules"]
        found = evaluate(
            config,
            raw,
            self.legal(),
            no_result_possible=rules["ko"] == "SIMPLE" or rules["scoring"] == "TERRITORY",
            optimism=expected["policyOptimism"],
            temperature=expected["policyTemperature"],
        )
        white = self.position["nextPlayer"] == "W"
        sign = 1 if white else -1
        policy = np.append(found.policy[:-1].reshape(self.buffer)[:height, :width], found.policy[-1])
        if self.position["misc"]["enablePassingHacks"]:
            policy = limit_pass(policy)
        win, loss = (found.win, found.loss) if white else (found.loss, found.win)
        probabilities = {
            "policy": (policy, expected["policy"]),
            "whiteWin": (win, expected["whiteWin"]),
            "whiteLoss": (loss, expected["whiteLoss"]),
            "noResult": (found.no_result, expected["noResult"]),
            "ownership": (sign * found.ownership[:height, :width].ravel(), expected["whiteOwnership"]),
        }
        points = {
            "whiteScoreMean": sign * found.score_mean,
            "whiteLead": sign * found.lead,
            "varTimeLeft": found.variance_time,
            "shorttermWinlossError": found.shortterm_winloss_error,
            "shorttermScoreError": found.shortterm_score_error,
        }
        faults = {
            what: float(np.abs(np.asarray(a) - np.asarray(b)).max()) / PROBABILITY_TOLERANCE
            for what, (a, b) in probabilities.items()
        }
        for what, value in points.items():
            tolerance = POINTS_TOLERANCE + POINTS_RELATIVE_TOLERANCE * abs(expected[what])
            faults[what] = abs(value - expected[what]) / tolerance
        square = expected["whiteScoreMeanSq"]
        faults["whiteScoreMeanSq"] = abs(found.score_mean_sq - square) / (SQUARE_RELATIVE_TOLERANCE * square)
        return faults


def limit_pass(policy: np.ndarray) -> np.ndarray:
    """With passing hacks a pass weighs at most 19 times what all other moves weigh together."""
    others = np.where(policy[:-1] > 0, policy[:-1], 0).sum()
    pass_weight = min(policy[-1], 19 * others)
    return np.where(policy >= 0, np.append(policy[:-1], pass_weight) / (others + pass_weight), -1.0)


def rows_of(model: str) -> list[GoldenRow]:
    """Of a stored network, by its name."""
    known = positions()
    path = DATA / "nn-outputs" / f"{model}.jsonl.gz"
    return [GoldenRow(row, known[row["position"]]) for row in read_lines(path)]
