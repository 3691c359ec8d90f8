# SPDX-License-Identifier: MIT
"""The training loop: steps, averaged weights, validation, checkpoints that a run goes on from exactly."""

from __future__ import annotations

import copy
import csv
import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from torch import nn

import network
from network import files
from network.layers import BatchNorm

from .losses import LossWeights, agreement, loss_parts, total_loss
from .optimizer import make_optimizers, schedule
from .quantization import fake_quantize
from .rows import BatchMaker, RowSet, batches_of

CHECKPOINT = "checkpoint.pt"
LOG = "log.csv"
LAST_OF_BLOCK = (".final.weight", ".post_conv.weight", ".out.weight")  # parameters of a block's last layer
CHECKED = ("top1", "kl", "winrate", "lead", "ownership")


class TrainingError(Exception):
    """Training cannot go on; the text says why."""


@dataclass(frozen=True)
class Plan:
    """How to train. A run resumes only with the plan it began with, but for what is FREE_TO_CHANGE."""

    steps: int
    shares: dict[int, float]  # of steps, by board side
    batch_points: int = 20736
    rate: float = 1.0  # times the optimizers' own
    warmup: int = 200
    averaging: float = 0.999  # of the weights, by steps
    seed: int = 1
    bf16: bool = False  # compute in bfloat16, where the processor is fast at it
    qat: bool = False
    check_every: int = 500
    checkpoint_every: int = 500
    weights: LossWeights = field(default_factory=LossWeights)


# A run may be made shorter or longer: the learning rate goes on where the new length has it.
FREE_TO_CHANGE = ("steps", "check_every", "checkpoint_every")


def without_statistics(module: nn.Module) -> None:
    """Norms are plain scales and biases: a net this shallow trains well so, and all board sizes see the same."""
    for layer in module.modules():
        if isinstance(layer, BatchNorm):
            layer.momentum = 0.0


def start_as_identity(module: nn.Module) -> None:
    """All blocks begin by adding nothing, so that depth costs no stability."""
    for name, parameter in module.named_parameters():
        if name.startswith("trunk.blocks.") and name.endswith(LAST_OF_BLOCK):
            nn.init.zeros_(parameter)


class Trainer:
    def __init__(self, net: network.Network, rows: RowSet, plan: Plan, folder: Path, device: torch.device) -> None:
        self.net, self.rows, self.plan, self.folder, self.device = net, rows, plan, folder, device
        self.module = net.module.to(device, memory_format=torch.channels_last)
        without_statistics(self.module)
        if plan.qat:
            fake_quantize(self.module)
        self.averaged = copy.deepcopy(self.module)
        self.optimizers = make_optimizers(self.module, plan.rate)
        self.batches = BatchMaker(rows.train, plan.shares, plan.batch_points, plan.seed)
        self.step = 0
        self.seconds = 0.0
        folder.mkdir(parents=True, exist_ok=True)

    # --- Steps ---

    def train_step(self) -> dict[str, float]:
        factor = schedule(self.step, self.plan.steps, self.plan.warmup)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * factor
        batch = self.batches.make(self.step).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.plan.bf16):
            outputs = self.module(batch.spatial.contiguous(memory_format=torch.channels_last), batch.global_)
        parts = loss_parts(outputs, batch, self.net.config.multipliers)
        loss = total_loss(parts, self.plan.weights)
        if not math.isfinite(loss.item()):
            raise TrainingError(f"the loss is {loss.item()} at step {self.step}: lower the rate")
        self.module.zero_grad(set_to_none=True)
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
        self._average()
        self.step += 1
        return {name: part.item() for name, part in parts.items()}

    @torch.no_grad()
    def _average(self) -> None:
        # The first steps' weights, which are nothing worth, are forgotten quickly.
        keep = min(self.plan.averaging, (1 + self.step) / (10 + self.step))
        for mean, now in zip(self.averaged.parameters(), self.module.parameters(), strict=True):
            mean.lerp_(now, 1 - keep)

    @torch.no_grad()
    def check(self) -> dict[str, float]:
        """Agreement of the averaged weights with the teacher on held-out rows, by board side: "9.top1" and so on."""
        found: dict[str, float] = {}
        for side in self.plan.shares:
            held_out = self.rows.held_out[side]
            sums = dict.fromkeys(CHECKED, 0.0)
            for cpu_batch in batches_of(held_out):
                batch = cpu_batch.to(self.device)
                measured = agreement(self.averaged(batch.spatial, batch.global_), batch, self.net.config.multipliers)
                for name in CHECKED:
                    sums[name] += measured[name] * len(batch.value)
            found |= {f"{side}.{name}": value / len(held_out) for name, value in sums.items()}
        return found

    def run(self) -> None:
        begin, before = time.monotonic(), self.seconds
        sums: dict[str, float] = {}
        count = 0
        while self.step < self.plan.steps:
            for name, value in self.train_step().items():
                sums[name] = sums.get(name, 0.0) + value
            count += 1
            self.seconds = before + time.monotonic() - begin
            last = self.step == self.plan.steps
            if self.step % self.plan.check_every == 0 or last:
                self._report({name: value / count for name, value in sums.items()}, self.check())
                sums, count = {}, 0
            if self.step % self.plan.checkpoint_every == 0 or last:
                self.save()

    def _report(self, losses: dict[str, float], checks: dict[str, float]) -> None:
        row = {"step": self.step, "seconds": round(self.seconds, 1)}
        row |= {name: round(value, 5) for name, value in (losses | checks).items()}
        path = files.target_of(self.folder / LOG)
        is_new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if is_new:
                writer.writeheader()
            writer.writerow(row)
        left = self.seconds / self.step * (self.plan.steps - self.step) / 60
        shown = " ".join(f"{name} {value:.3f}" for name, value in losses.items())
        print(f"step {self.step}/{self.plan.steps}, {left:.0f} min left, loss: {shown}", flush=True)
        for side in self.plan.shares:
            parts = " ".join(f"{name} {checks[f'{side}.{name}']:.4f}" for name in CHECKED)
            print(f"   {side}x{side}: {parts}", flush=True)

    # --- Checkpoints ---

    def save(self) -> None:
        path = self.folder / CHECKPOINT
        state = {
            "plan": asdict(self.plan),
            "config": self.net.config,
            "rows": self._row_counts(),
            "step": self.step,
            "seconds": self.seconds,
            "module": self.module.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }
        with files.replaced(path) as partial:
            torch.save(state, partial)

    def _row_counts(self) -> dict[int, int]:
        return {side: len(self.rows.train[side]) for side in self.plan.shares}

    def resume(self) -> None:
        """Goes on from the folder's checkpoint, if there is one: exactly, where the rows are the same. Raises
        TrainingError if its plan is another."""
        path = self.folder / CHECKPOINT
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=False)
        wanted = asdict(self.plan) | {name: state["plan"][name] for name in FREE_TO_CHANGE}
        for name, found in (("plan", wanted), ("config", self.net.config)):
            if state[name] != found:
                raise TrainingError(f"{path}: was made with another {name}: {state[name]}; wanted {found}")
        self.module.load_state_dict(state["module"])
        self.averaged.load_state_dict(state["averaged"])
        for optimizer, optimizer_state in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(optimizer_state)
        self.step, self.seconds = state["step"], state["seconds"]
        print(f"resuming at step {self.step}", flush=True)
        if state["rows"] != (counts := self._row_counts()):
            print(f"rows are others than before, {counts} by board side, were {state['rows']}", flush=True)
