# SPDX-License-Identifier: MIT
"""PYTHONPATH=scripts .venv/bin/python -m train --rows FOLDER --output FOLDER [options]; --help tells all."""

from __future__ import annotations

import argparse
import copy
import signal
import sys
from pathlib import Path

import torch

import network
from network.architecture import Attention, Heads

from .growth import GrowthError, grow
from .plot import plot_log
from .quantization import round_weights
from .rows import RowError, load_rows
from .trainer import LOG, Plan, Trainer, TrainingError, start_as_identity


def parse_shares(text: str) -> dict[int, float]:
    """ "9:3,19:1" -> {9: 3, 19: 1}; a share left out is 1."""
    shares = {}
    for piece in text.split(","):
        side, _, share = piece.partition(":")
        shares[int(side)] = float(share or 1)
    return shares


def parse_numbers(text: str) -> tuple[int, ...]:
    return tuple(int(piece) for piece in text.split(",") if piece)


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="train", description=__doc__.split(";")[0])
    add = p.add_argument
    add("--rows", type=Path, nargs="+", required=True, help="folders of shards that `katago sample` wrote")
    add("--output", type=Path, required=True, help="folder of checkpoint, log, plot and networks")
    add("--from", dest="start", type=Path, help="begin with this network's weights, not with random ones")
    add("--grow", type=Path, help="begin as this smaller network answers, with more blocks or channels")
    add("--name", default="student", help="of the network, in its file")
    add("--blocks", type=int, default=5)
    add("--channels", type=int, default=48)
    add("--gpool-at", type=parse_numbers, default=(2, 4), help="blocks with global pooling, from 1 (default 2,4)")
    add("--gpool-channels", type=int, default=16)
    add("--mid-channels", type=int, default=0, help="nested bottlenecks of so many channels (default: plain blocks)")
    add("--attention-at", type=parse_numbers, default=(), help="plain blocks that attention follows, from 1")
    add("--attention-heads", type=int, default=2)
    add("--attention-channels", type=int, default=16, help="of one head")
    add("--ffn-channels", type=int, default=0, help="of a feed-forward block after each attention (default: none)")
    add("--head-channels", type=int, default=16, help="of both heads' convolutions")
    add("--value-channels", type=int, default=48, help="of the value head's hidden layer")
    add("--model-version", type=int, default=8, help="of the file, from 8; before 11 only relu")
    add("--activation", default="relu")
    add("--steps", type=int, required=True)
    add("--boards", type=parse_shares, default=parse_shares("9:3,13:1,19:2"), help="sides and shares of the steps")
    add("--batch-points", type=int, default=20736, help="board points of a batch: 256 boards of 9x9, 57 of 19x19")
    add("--rate", type=float, default=1.0, help="learning rate, times the usual one")
    add("--seed", type=int, default=1)
    add("--bf16", action="store_true", help="compute in bfloat16")
    add("--qat", action="store_true", help="train with weights rounded to INT8, and write them rounded")
    add("--check-every", type=int, default=500, help="steps")
    add("--checkpoint-every", type=int, default=100, help="steps")
    add("--threads", type=int, default=1)
    add("--device", default="cpu", help="cpu or cuda")
    return p


def shape_of(args: argparse.Namespace) -> network.NetworkConfig:
    common = {
        "gpool_at": args.gpool_at,
        "gpool_channels": args.gpool_channels,
        "heads": Heads(args.head_channels, args.head_channels, args.head_channels, args.value_channels),
        "activation": args.activation,
        "version": args.model_version,
    }
    if args.mid_channels:
        if args.attention_at:
            raise TrainingError("--attention-at goes with plain blocks, not with --mid-channels")
        return network.bottleneck(args.name, args.blocks, args.channels, args.mid_channels, **common)
    attention = Attention(args.attention_heads, args.attention_channels, args.ffn_channels)
    return network.residual(
        args.name, args.blocks, args.channels, attention_at=args.attention_at, attention=attention, **common
    )


def make_network(args: argparse.Namespace) -> network.Network:
    if args.start and args.grow:
        raise TrainingError("--from and --grow do not go together: the first keeps its network's shape")
    if args.start:
        return network.read(args.start)
    torch.manual_seed(args.seed)
    net = network.build(shape_of(args))
    start_as_identity(net.module)
    if args.grow:
        grow(network.read(args.grow), net)
    return net


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    plan = Plan(
        steps=args.steps,
        shares=args.boards,
        batch_points=args.batch_points,
        rate=args.rate,
        warmup=min(200, args.steps // 10),
        seed=args.seed,
        bf16=args.bf16,
        qat=args.qat,
        check_every=args.check_every,
        checkpoint_every=args.checkpoint_every,
    )
    rows = load_rows(args.rows, most_held_out=2048)
    counts = ", ".join(f"{len(part)} of {side}x{side}" for side, part in rows.train.items())
    print(f"rows to learn from: {counts}", flush=True)
    trainer = Trainer(make_network(args), rows, plan, args.output, torch.device(args.device))
    trainer.resume()
    trainer.run()
    plot_log(args.output / LOG, args.output / "log.png")
    save_network(trainer, args)


def save_network(trainer: Trainer, args: argparse.Namespace) -> None:
    module = copy.deepcopy(trainer.averaged).to("cpu")
    if args.qat:
        round_weights(module)
    path = args.output / f"{args.name}.bin.gz"
    network.write(network.Network(trainer.net.config, module), path)
    print(f"wrote {path}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    # Shells start background jobs with interrupts ignored; a run in the background is ended by either.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        train(parser().parse_args(arguments))
    except (GrowthError, RowError, TrainingError, network.NetworkError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from the last checkpoint", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
