# SPDX-License-Identifier: MIT
"""For the examples: the end of a game record as a network is shown it, and a network's answer as moves.

Needs numpy and the katago program, which makes the input features; nothing else of this tree.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

COLUMNS = "ABCDEFGHJKLMNOPQRST"


@dataclass
class Position:
    player: str  # B or W, to move
    width: int
    height: int
    legal: list[int]  # points y * width + x, from the top left; width * height is the pass
    spatial: np.ndarray  # [1, 22, height, width]
    global_: np.ndarray  # [1, 19]

    def vertex(self, index: int) -> str:
        if index == self.width * self.height:
            return "pass"
        y, x = divmod(index, self.width)
        return f"{COLUMNS[x]}{self.height - y}"


def read_position(sgf: str, engine: str) -> Position:
    command = [engine, "evaluate", "-no-network", "-last", "-games", sgf]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        sys.exit(f"{engine}: cannot be run: {error.strerror}")
    if done.returncode != 0:
        sys.exit(f"{engine} cannot read {sgf}: {(done.stderr or done.stdout).strip()}")
    sys.stderr.write(done.stderr)  # what the record leaves unclear
    row = json.loads(done.stdout)
    width, height = row["size"]
    spatial = np.zeros((22, height * width), np.float32)
    for plane, points in zip(spatial, row["planesExact"], strict=True):
        plane[points] = 1
    globals_ = np.array([row["globals"]], np.float32)
    return Position(row["nextPlayer"], width, height, row["legal"], spatial.reshape(1, 22, height, width), globals_)


def print_answer(position: Position, outputs: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Outputs are raw and from the view of the player to move; the file's metadata says how to read them."""
    logits = np.append(outputs["policy"][0, 0].ravel(), outputs["pass"][0, 0])[position.legal]
    policy = np.exp(logits - logits.max())
    policy /= policy.sum()
    win, loss = np.exp(outputs["value"][0, :2]) / np.exp(outputs["value"][0, :2]).sum()
    lead = outputs["score"][0, 2] * float(metadata["scale.lead"])
    print(f"{position.player} to move: wins {100 * win:.1f} %, leads by {lead:.1f} points")
    for rank in np.argsort(-policy)[:5]:
        print(f"{position.vertex(position.legal[rank]):4} {100 * policy[rank]:5.1f} %")


def parse_arguments(description: str, model_help: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("model", help=model_help)
    parser.add_argument("sgf", help="a game record; its end is the position")
    parser.add_argument(
        "--engine", default=str(Path(__file__).resolve().parents[2] / "katago"), help="the katago program"
    )
    return parser.parse_args()
