# SPDX-License-Identifier: MIT
"""What a student is to learn from a teacher's answers, and how the agreement of the two is measured."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from network import Multipliers, Outputs

from .rows import Batch

ILLEGAL = -1e9  # added to logits of illegal moves: the engine masks them too


@dataclass(frozen=True)
class LossWeights:
    """Factors of the parts of the loss. Each part alone is of the order of 1.

    policy      cross-entropy with the teacher's probabilities of legal moves, nats
    value       cross-entropy with its win, loss, no result, nats
    score       Huber loss of mean, standard deviation and lead, in units of SCORE_UNIT points, added up
    ownership   cross-entropy of each point's owner, mean over points, nats
    """

    policy: float = 1.0
    value: float = 1.2
    score: float = 0.1
    ownership: float = 0.4


SCORE_UNIT = 5.0


def policy_logits(outputs: Outputs, legal: Tensor) -> Tensor:
    """[N, H * W + 1], the pass last; illegal moves far below."""
    logits = torch.cat([outputs.policy[:, 0].flatten(1), outputs.pass_[:, :1]], dim=1).float()
    return torch.where(legal, logits, logits.new_full((), ILLEGAL))


def scores(outputs: Outputs, multipliers: Multipliers) -> Tensor:
    """[N, 3] points: mean, standard deviation, lead, of versions from 8 on."""
    raw = outputs.score.float()
    mean, stdev = raw[:, 0] * multipliers.score_mean, F.softplus(raw[:, 1]) * multipliers.score_stdev
    return torch.stack([mean, stdev, raw[:, 2] * multipliers.lead], dim=1)


def loss_parts(outputs: Outputs, batch: Batch, multipliers: Multipliers) -> dict[str, Tensor]:
    log_policy = F.log_softmax(policy_logits(outputs, batch.legal), dim=1)
    log_value = F.log_softmax(outputs.value.float(), dim=1)
    error = (scores(outputs, multipliers) - batch.score) / SCORE_UNIT
    # tanh(x) = 2 * sigmoid(2 x) - 1
    owned = F.binary_cross_entropy_with_logits(2 * outputs.ownership[:, 0].float(), (batch.ownership + 1) / 2)
    return {
        "policy": -(batch.policy * log_policy).sum(dim=1).mean(),
        "value": -(batch.value * log_value).sum(dim=1).mean(),
        "score": F.huber_loss(error, torch.zeros_like(error), reduction="none").sum(dim=1).mean(),
        "ownership": owned,
    }


def total_loss(parts: dict[str, Tensor], weights: LossWeights) -> Tensor:
    return torch.stack([getattr(weights, name) * part for name, part in parts.items()]).sum()


def agreement(outputs: Outputs, batch: Batch, multipliers: Multipliers) -> dict[str, float]:
    """Means over the batch: top1 (same best move), kl (nats), winrate, lead (points), ownership (absolute errors)."""
    log_policy = F.log_softmax(policy_logits(outputs, batch.legal), dim=1)
    teacher = batch.policy
    kl = torch.xlogy(teacher, teacher) - teacher * log_policy
    value = outputs.value.float().softmax(dim=1)
    winrate = (value[:, 0] - value[:, 1] - batch.value[:, 0] + batch.value[:, 1]) / 2
    lead = scores(outputs, multipliers)[:, 2] - batch.score[:, 2]
    ownership = torch.tanh(outputs.ownership[:, 0].float()) - batch.ownership
    return {
        "top1": (log_policy.argmax(dim=1) == teacher.argmax(dim=1)).float().mean().item(),
        "kl": kl.sum(dim=1).mean().item(),
        "winrate": winrate.abs().mean().item(),
        "lead": lead.abs().mean().item(),
        "ownership": ownership.abs().mean().item(),
    }
