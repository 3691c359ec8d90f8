# SPDX-License-Identifier: MIT
"""The command line: reads a network, converts it, and on request compares the file with the engine."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

import network
from network import Network, NetworkError

from . import check, files, positions, runtimes, to_coreml, to_onnx, to_tflite
from .files import say
from .fold import fold
from .fp16 import layers_for_fp16
from .interface import ExportModule, Settings, check_exportable
from .quantize import collect_moments, keeps_codes, quantize, round_to_fp16

CALIBRATION_POSITIONS = 24
CALIBRATION_SEED, CHECK_SEED = 1, 2  # different positions
PRECISIONS = ("fp32", "fp16", "int8")


@dataclass(frozen=True)
class Format:
    suffix: str
    convert: Callable[..., None]
    blocks: bool  # whether weights can have a scale per block of input channels
    runtime: Callable[[Path, int], runtimes.Runtime]
    int8_activations: bool = False  # whether the runtime can make them on the way, by scales of each position
    single_sums: bool = False  # whether it can be chosen which layers compute in FP16


FORMATS = {
    "onnx": Format(".onnx", to_onnx.convert, True, runtimes.OnnxRuntime),
    "tflite": Format(".tflite", to_tflite.convert, False, runtimes.LiteRt, int8_activations=True),
    "coreml": Format(".mlpackage", to_coreml.convert, False, to_coreml.ReadBack, single_sums=True),
}


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python scripts/export", description="Converts a network for ONNX, TensorFlow Lite or Core ML runtimes."
    )
    parser.add_argument("model", type=Path, help="a network: .bin.gz, .bin, .txt.gz, .txt or .safetensors")
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--precision", choices=PRECISIONS, default="fp32")
    parser.add_argument("--board", default="19", help="19, 13, 9 or WIDTHxHEIGHT (default 19)")
    parser.add_argument(
        "--mask", action="store_true", help="an input that says where the board is: serves all smaller sizes"
    )
    parser.add_argument("--batch", help="positions of an evaluation, or dynamic (default: dynamic for onnx, else 1)")
    parser.add_argument("--output", type=Path, help="where to write (default: the network's name, here)")
    parser.add_argument(
        "--calibration", type=Path, metavar="GAMES", help="int8, fp16: SGF files whose positions show what matters"
    )
    parser.add_argument(
        "--activations",
        choices=("float", "int8"),
        default="float",
        help="int8: compute in floats (exact), or in int8 with scales of each position (tflite: faster, less exact)",
    )
    parser.add_argument(
        "--sums",
        choices=("half", "single"),
        default="half",
        help="coreml, fp16: compute in FP16 (the Neural Engine can), or in single precision but for layers that, by "
        "--calibration, may be in FP16: closer, probabilities within 1e-3",
    )
    parser.add_argument(
        "--check", type=Path, metavar="GAMES", help="compare with the engine on positions of these SGF files"
    )
    parser.add_argument("--positions", type=int, default=200, help="of --check (default 200)")
    parser.add_argument("--engine", help="the katago program (default: the one of this tree)")
    parser.add_argument("--profile", default="rank_5k", help="whom a human-imitating network imitates in --check")
    parser.add_argument("--threads", type=int, default=1, help="default 1")
    return parser.parse_args(arguments)


def parse_board(text: str) -> tuple[int, int]:
    """Height and width."""
    sides = text.lower().split("x")
    if len(sides) not in (1, 2) or not all(side.isdigit() for side in sides):
        raise NetworkError(f"--board {text}: wanted one side, or WIDTHxHEIGHT")
    return int(sides[-1]), int(sides[0])


def parse_batch(text: str | None, name: str) -> int | None:
    text = text or ("dynamic" if name == "onnx" else "1")
    if text == "dynamic":
        return None
    if not text.isdigit() or int(text) == 0:
        raise NetworkError(f"--batch {text}: wanted a number of positions, or dynamic")
    return int(text)


def calibration_inputs(
    net: Network, args: argparse.Namespace, settings: Settings
) -> list[tuple[torch.Tensor | None, ...]]:
    found = positions.positions_of(
        args.calibration, args.model, args.engine, 4 * CALIBRATION_POSITIONS, CALIBRATION_SEED, args.profile
    )
    inputs = []
    for position in found:
        if settings.mask or position.size == (settings.height, settings.width):
            planes = position.inputs(net.config, settings.height, settings.width, args.profile)
            made = {name: torch.from_numpy(values) for name, values in planes.items()}
            mask = made["mask"] if settings.mask else None
            inputs.append((made["spatial"], made["global"], made.get("meta"), mask))
    if not inputs:
        raise NetworkError(f"{args.calibration}: none of {len(found)} positions is on a board of this size")
    return inputs[:CALIBRATION_POSITIONS]


@dataclass(frozen=True)
class Calibration:
    positions: list[tuple[torch.Tensor | None, ...]]  # arguments of the network
    moments: dict[str, torch.Tensor]  # see collect_moments()


def calibrate(net: Network, args: argparse.Namespace, settings: Settings) -> Calibration | None:
    if args.precision == "fp32":
        return None
    if args.precision == "int8" and FORMATS[args.format].blocks and keeps_codes(net.module):
        say("the network is INT8 already: its codes are kept")
        return None
    if not args.calibration:
        if args.precision == "int8":
            say("WARNING: without --calibration weights are rounded one by one, which loses several times as much")
        return None
    inputs = calibration_inputs(net, args, settings)
    say(f"calibrating on {len(inputs)} positions")
    return Calibration(inputs, collect_moments(fold(net.module, settings.height, settings.width), inputs))


def export(
    net: Network, args: argparse.Namespace, settings: Settings, output: Path, calibration: Calibration | None
) -> None:
    chosen = FORMATS[args.format]
    module = fold(net.module, settings.height, settings.width)
    moments = calibration.moments if calibration else None
    extra: dict[str, Any] = {"activations": args.activations} if chosen.int8_activations else {}
    if args.sums == "single":
        assert calibration
        extra["in_fp16"] = layers_for_fp16(module, calibration.positions)
    weights = quantize(module, chosen.blocks, moments) if settings.precision == "int8" else None
    if settings.precision == "fp16" and moments:
        round_to_fp16(module, moments)
    say(f"converting {net.config.name} to {args.format}, {settings.precision}")
    with files.unfinished(output) as temporary:
        chosen.convert(ExportModule(module, settings.mask), settings, weights, temporary, **extra)
    say(f"wrote {output} ({files.size_of(output) / 1e6:.1f} MB)")


def run_check(net: Network, args: argparse.Namespace, output: Path) -> None:
    runtime = FORMATS[args.format].runtime(output, args.threads)
    asked = positions.positions_of(args.check, args.model, args.engine, args.positions, CHECK_SEED, args.profile)
    agreement = check.compare(net.config, runtime, asked, args.profile)
    print(check.format_table([agreement.row(runtime.name)]))


def missing_package(error: ModuleNotFoundError) -> str:
    return f"the Python package {error.name} is missing; sh scripts/setup.sh --train installs all that is needed"


def run(arguments: list[str] | None) -> None:
    args = parse_arguments(arguments)
    height, width = parse_board(args.board)
    settings = Settings(height, width, parse_batch(args.batch, args.format), args.mask, args.precision)
    output = args.output or Path(f"{args.model.name.split('.')[0]}-{args.precision}{FORMATS[args.format].suffix}")
    if output.suffix != FORMATS[args.format].suffix:
        raise NetworkError(f"--output {output}: the name must end in {FORMATS[args.format].suffix}")
    if args.activations == "int8" and not (args.precision == "int8" and FORMATS[args.format].int8_activations):
        raise NetworkError("--activations int8 goes with --format tflite --precision int8")
    can_choose = args.precision == "fp16" and FORMATS[args.format].single_sums and args.calibration
    if args.sums == "single" and not can_choose:
        raise NetworkError("--sums single goes with --format coreml --precision fp16 --calibration GAMES")
    torch.set_num_threads(args.threads)
    say(f"reading {args.model}")
    net = network.read(args.model)
    check_exportable(net.config, settings)
    export(net, args, settings, output, calibrate(net, args, settings))
    if args.check:
        run_check(net, args, output)


def main(arguments: list[str] | None = None) -> int:
    if arguments is None:  # a program of its own: what is unfinished goes away, and the status is as shells have it
        signal.signal(signal.SIGTERM, lambda *_: files.leave(143))
        signal.signal(signal.SIGINT, lambda *_: files.leave(130))
    try:
        run(arguments)
    except NetworkError as error:
        print(f"export: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:  # of a converter or runtime, which are imported where they are needed
        print(f"export: {missing_package(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("export: interrupted", file=sys.stderr)
        return 130
    return 0
