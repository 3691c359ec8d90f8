# SPDX-License-Identifier: MIT
"""Positions of real games with their input features and the engine's own answers: what `katago evaluate` writes."""

from __future__ import annotations

import gzip
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from network import NetworkConfig, NetworkError
from network.metadata import metadata_row

from .files import say

ROOT = Path(__file__).resolve().parents[2]
PLANES = 22


@dataclass(frozen=True)
class Position:
    """One line of `katago evaluate`; everything from the view of the player to move."""

    row: dict[str, Any]

    @property
    def size(self) -> tuple[int, int]:
        width, height = self.row["size"]
        return height, width

    @property
    def area(self) -> int:
        height, width = self.size
        return height * width

    @property
    def no_result_possible(self) -> bool:
        return self.row["rules"]["ko"] == "SIMPLE" or self.row["rules"]["scoring"] == "TERRITORY"

    @property
    def legal(self) -> np.ndarray:
        return self.policy >= 0

    @property
    def policy(self) -> np.ndarray:
        return np.array(self.row["policy"])

    @property
    def _sign(self) -> int:
        return 1 if self.row["nextPlayer"] == "W" else -1

    @property
    def win_and_loss(self) -> tuple[float, float]:
        white, black = self.row["whiteWin"], self.row["whiteLoss"]
        return (white, black) if self._sign == 1 else (black, white)

    @property
    def lead(self) -> float:
        return self._sign * self.row["whiteLead"]

    @property
    def ownership(self) -> np.ndarray:
        return self._sign * np.array(self.row["whiteOwnership"])

    def inputs(self, config: NetworkConfig, height: int, width: int, profile: str = "rank_5k") -> dict[str, np.ndarray]:
        """Batches of one, in planes of height x width; the board in their top left corner."""
        rows, columns = self.size
        planes = np.zeros((PLANES, self.area), np.float32)
        for plane, points in zip(planes, self.row["planesExact"], strict=True):
            plane[points] = 1
        spatial = np.zeros((1, PLANES, height, width), np.float32)
        spatial[0, :, :rows, :columns] = planes.reshape(PLANES, rows, columns)
        inputs = {"spatial": spatial, "global": np.array([self.row["globals"]], np.float32)}
        if config.meta_channels:
            inputs["meta"] = metadata_row(profile, self.row["nextPlayer"] == "B", self.area)[None]
        inputs["mask"] = spatial[:, :1].copy()
        return inputs


def find_engine(path: str | None) -> Path:
    for candidate in [Path(path)] if path else [ROOT / "katago", ROOT / "build" / "katago"]:
        if candidate.is_file():
            return candidate.resolve()
    raise NetworkError(f"{path or ROOT / 'katago'}: no engine there; build it with make, or name it with --engine")


def read_positions(path: Path) -> list[Position]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            return [Position(json.loads(line)) for line in lines]
    except (OSError, ValueError) as error:
        raise NetworkError(f"{path}: no lines of katago evaluate: {error}") from error


def evaluate_games(
    engine: Path, model: Path, games: Path, count: int, seed: int, profile: str | None
) -> list[Position]:
    say(f"asking {engine.name} about {count} positions of {games}")
    command = [str(engine), "evaluate", "-model", str(model), "-games", str(games), "-positions", str(count)]
    command += ["-seed", str(seed), "-precision", "fp32"]
    if profile:
        command += ["-profile", profile]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NetworkError(f"{engine} could not evaluate {games}: {(done.stderr or done.stdout).strip()}")
    return [Position(json.loads(line)) for line in done.stdout.splitlines()]


def positions_of(
    source: Path, model: Path, engine: str | None, count: int, seed: int, profile: str | None = None
) -> list[Position]:
    """`source`: game records, or a file that `katago evaluate` wrote for this network (.jsonl, .jsonl.gz)."""
    if not source.exists():
        raise NetworkError(f"{source}: there is no such file or folder of games")
    if source.name.endswith((".jsonl", ".jsonl.gz")):
        return read_positions(source)[:count]
    return evaluate_games(find_engine(engine), model, source, count, seed, profile)
