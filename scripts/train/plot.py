# SPDX-License-Identifier: MIT
"""The log of a run as a picture: losses, and agreement with the teacher for each board size."""

from __future__ import annotations

import csv
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from network import files

LOSSES = ("policy", "value", "score", "ownership")
PANELS = (("top1", "same best move"), ("kl", "policy divergence, nats"), ("winrate", "win rate error"))


def plot_log(log: Path, picture: Path) -> None:
    with log.open(newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    steps = [row["step"] for row in rows]
    sides = [name.split(".")[0] for name in rows[0] if name.endswith(".top1")]
    figure, axes = plt.subplots(2, 2, figsize=(11, 8), constrained_layout=True)
    losses, *panels = axes.flat
    for name in LOSSES:
        losses.plot(steps, [row[name] for row in rows], label=name)
    losses.set_yscale("log")
    losses.set_title("training loss")
    losses.legend()
    for axis, (name, title) in zip(panels, PANELS, strict=True):
        for side in sides:
            axis.plot(steps, [row[f"{side}.{name}"] for row in rows], label=f"{side}x{side}")
        axis.set_title(f"held out: {title}")
        axis.legend()
    for axis in axes.flat:
        axis.set_xlabel("step")
        axis.grid(alpha=0.3)
    with files.replaced(picture) as temporary:
        figure.savefig(temporary, dpi=100)
    plt.close(figure)
