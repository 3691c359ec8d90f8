# SPDX-License-Identifier: MIT
"""How far an exported file, in a runtime of somebody else's, is from the engine on positions of real games."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from network import NetworkConfig, NetworkError
from network.evaluation import RawRow, evaluate

from .files import say
from .positions import Position
from .runtimes import Runtime, raw_row

SMALLEST = 1e-12  # of a probability, in logarithms
HEADER = [
    "runtime",
    "positions",
    "top-1 %",
    "top-5 %",
    "policy KL",
    "largest",
    "win rate pp",
    "lead",
    "ownership x100",
]


@dataclass
class Agreement:
    """Differences of single positions; from the view of the player to move."""

    top1: list[bool]
    top5: list[bool]  # the engine's best move is among the file's first five
    divergence: list[float]
    largest: list[float]  # difference of a probability: of a move, a win, a loss
    win_rate: list[float]
    lead: list[float]
    ownership: list[float]

    def row(self, name: str) -> list[str]:
        def mean_and_tail(values: list[float]) -> str:
            return f"{np.mean(values):.2f} / {np.percentile(values, 99):.2f}"

        return [
            name,
            str(len(self.top1)),
            f"{100 * np.mean(self.top1):.1f}",
            f"{100 * np.mean(self.top5):.1f}",
            f"{max(np.mean(self.divergence), 0):.1e}",
            f"{max(self.largest):.1e}",
            mean_and_tail(self.win_rate),
            mean_and_tail(self.lead),
            f"{np.mean(self.ownership):.2f}",
        ]


def kl_divergence(truth: np.ndarray, found: np.ndarray) -> float:
    truth = np.maximum(truth, 0) / np.maximum(truth, 0).sum()  # it was printed with few digits
    on = truth > 0
    return float(np.sum(truth[on] * np.log(truth[on] / np.maximum(found[on], SMALLEST))))


def cut(raw: RawRow, height: int, width: int) -> RawRow:
    """What belongs to the board in the top left corner."""
    return RawRow(raw.policy[:, :height, :width], raw.pass_, raw.value, raw.score, raw.ownership[:height, :width])


def usable(positions: list[Position], runtime: Runtime) -> list[Position]:
    """A file without a mask is for boards of one size."""
    if "mask" in runtime.inputs:
        return [p for p in positions if p.size[0] <= runtime.size[0] and p.size[1] <= runtime.size[1]]
    return [p for p in positions if p.size == runtime.size]


def compare(config: NetworkConfig, runtime: Runtime, positions: list[Position], profile: str = "rank_5k") -> Agreement:
    result = Agreement([], [], [], [], [], [], [])
    chosen = usable(positions, runtime)
    if not chosen:
        height, width = runtime.size
        raise NetworkError(f"none of the {len(positions)} positions is on a board of {width}x{height}")
    for number, position in enumerate(chosen, 1):
        if number % 50 == 0:
            say(f"{runtime.name}: {number} of {len(chosen)} positions")
        outputs = runtime.run(position.inputs(config, *runtime.size, profile))
        raw = cut(raw_row(outputs), *position.size)
        found = evaluate(config, raw, position.legal, no_result_possible=position.no_result_possible)
        best = int(position.policy.argmax())
        result.top1.append(int(found.policy.argmax()) == best)
        result.top5.append(best in np.argsort(-found.policy)[:5])
        result.divergence.append(kl_divergence(position.policy, found.policy))
        own, other = position.win_and_loss
        policy_difference = np.abs(found.policy - position.policy).max()
        result.largest.append(float(max(policy_difference, abs(found.win - own), abs(found.loss - other))))
        result.win_rate.append(50 * abs((found.win - found.loss) - (own - other)))
        result.lead.append(abs(found.lead - position.lead))
        result.ownership.append(100 * float(np.abs(found.ownership.ravel() - position.ownership).mean()))
    return result


def format_table(rows: list[list[str]], header: list[str] | None = None) -> str:
    rows = [header or HEADER, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
