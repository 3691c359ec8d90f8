# SPDX-License-Identifier: MIT
"""Raw outputs of a network -> probabilities, points, ownership of the player to move. Source: KataGo's formulas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .config import NetworkConfig

IMPOSSIBLE = 100000.0  # taken off the logit of no result where the rules exclude it


@dataclass(frozen=True)
class RawRow:
    """One position's raw outputs: policy [P, H, W], pass_ [P], value [3], score [S], ownership [H, W]."""

    policy: np.ndarray
    pass_: np.ndarray
    value: np.ndarray
    score: np.ndarray
    ownership: np.ndarray


@dataclass(frozen=True)
class Evaluation:
    """From the view of the player to move. `policy` [H * W + 1], -1 for moves that are not legal; the pass is last."""

    policy: np.ndarray
    win: float
    loss: float
    no_result: float
    score_mean: float
    score_mean_sq: float
    lead: float
    variance_time: float
    shortterm_winloss_error: float
    shortterm_score_error: float
    ownership: np.ndarray

    @property
    def score_stdev(self) -> float:
        return float(np.sqrt(max(0.0, self.score_mean_sq - self.score_mean**2)))


def softplus(x: float) -> float:
    return float(np.logaddexp(0.0, x))


def policy_of(raw: RawRow, legal: np.ndarray, optimism: float = 0.0, temperature: float = 1.0) -> np.ndarray:
    """`legal` [H * W + 1], true where the player may move; the pass is last. Softmax over legal moves."""
    logits = np.concatenate([raw.policy.reshape(len(raw.pass_), -1), raw.pass_[:, None]], axis=1).astype(np.float64)
    mixed = logits[0] if len(logits) == 1 else logits[0] + (logits[1] - logits[0]) * optimism
    weights = np.where(legal, mixed / temperature, -np.inf)
    weights = np.exp(weights - weights.max())
    return np.where(legal, weights / weights.sum(), -1.0)


def evaluate(
    config: NetworkConfig,
    raw: RawRow,
    legal: np.ndarray,
    *,
    no_result_possible: bool = False,
    optimism: float = 0.0,
    temperature: float = 1.0,
) -> Evaluation:
    """Version 4 and newer. `no_result_possible` with simple ko or territory scoring."""
    m, score = config.multipliers, raw.score.astype(np.float64)
    value = raw.value.astype(np.float64)
    value[2] = value[2] if no_result_possible else -IMPOSSIBLE
    value = np.exp(value - value.max())
    win, loss, no_result = value / value.sum()
    mean, stdev = score[0] * m.score_mean, softplus(score[1]) * m.score_stdev
    square = (mean * mean + stdev * stdev) * (1 - no_result)
    lead = score[2 if config.version >= 8 else 0] * m.lead * (1 - no_result)
    mean *= 1 - no_result
    time = winloss_error = score_error = -1.0
    if config.version >= 9:
        time = softplus(score[3]) * m.variance_time
        winloss_error, score_error = shortterm_errors(config, score[4], score[5])
    return Evaluation(
        policy_of(raw, legal, 0.0 if config.meta_channels else optimism, temperature),
        win,
        loss,
        no_result,
        mean,
        square,
        lead,
        time,
        winloss_error,
        score_error,
        np.tanh(raw.ownership.astype(np.float64)),
    )


def shortterm_errors(config: NetworkConfig, winloss: float, score: float) -> tuple[float, float]:
    m = config.multipliers
    if config.version == 9:
        return softplus(winloss), 10 * softplus(score)
    if config.version < 14:
        return np.sqrt(softplus(winloss) * m.shortterm_value_error), np.sqrt(softplus(score) * m.shortterm_score_error)
    return (
        softplus(winloss / 2) * np.sqrt(m.shortterm_value_error),
        softplus(score / 2) * np.sqrt(m.shortterm_score_error),
    )
