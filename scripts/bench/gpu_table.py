# SPDX-License-Identifier: MIT
"""Times networks on a graphics device, by turns with PyTorch in FP16 where it is installed with CUDA.

    sh scripts/bench/gpu.sh b18c384nbt.bin.gz b10c384h6nbttflrs.bin.gz

Prints, in Markdown, evaluations a second of each network by batch (median of the rounds) and what each kernel takes.
The engine times itself: `katago benchmarknn`, 19x19, two batches in flight.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch_speed import TorchNetwork, TorchUnavailable, torch_peak

ROOT = Path(__file__).resolve().parents[2]


class BenchError(Exception):
    """What a person should know instead of a table."""


@dataclass
class Cell:
    """One network at one batch; evaluations a second, one number a round."""

    engine: list[float] = field(default_factory=list)
    torch: list[float] = field(default_factory=list)


@dataclass
class Bench:
    args: argparse.Namespace
    end: float  # of time.monotonic()
    notes: list[str] = field(default_factory=list)

    def has_time(self, seconds: float) -> bool:
        return time.monotonic() + seconds < self.end

    def engine(self, model: Path, batch: int, *more: str) -> dict[str, Any]:
        """What `katago benchmarknn` measured."""
        args = self.args
        command = [
            str(args.engine),
            "benchmarknn",
            "-model",
            str(model),
            "-no-verify",
            "-json",
            "-batch-size",
            str(batch),
        ]
        command += ["-backend", args.backend, "-precision", args.precision, "-seconds", str(args.seconds), *more]
        if args.device is not None:
            command += ["-device", args.device]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=max(1, self.end - time.monotonic())
            )
        except FileNotFoundError as error:
            raise BenchError(f"no engine at {args.engine}: build it with make, or name it with --engine") from error
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"{model.name}, batch {batch}: no answer within {args.minutes} minutes in all") from error
        if done.returncode != 0:
            raise BenchError(f"{model.name}, batch {batch}: {(done.stderr or done.stdout).strip()}")
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def open_torch(bench: Bench, model: Path) -> TorchNetwork | None:
    if bench.args.no_torch:
        return None
    try:
        return TorchNetwork(model, bench.args.torch_device)
    except TorchUnavailable as reason:
        bench.note(f"PyTorch is left out: {reason}")
        return None


def measure(bench: Bench, model: Path) -> tuple[dict[int, Cell], dict[str, Any]]:
    """The network at every batch, engine and PyTorch by turns, and what the engine says of itself."""
    cells: dict[int, Cell] = defaultdict(Cell)
    last: dict[str, Any] = {}
    rival = open_torch(bench, model)
    longest = 0.0  # of the steps so far, PyTorch's compiler included
    for _ in range(bench.args.rounds):
        for batch in bench.args.batches:
            start = time.monotonic()
            if last and not bench.has_time(longest):
                bench.note(f"{model.name}: ended early, the {bench.args.minutes} minutes were over")
                return cells, last
            last = bench.engine(model, batch, "-threads", str(bench.args.threads))
            cells[batch].engine.append(last["actualWallNNEvalsPerSec"])
            if rival is not None:
                cells[batch].torch.append(rival.evaluations_per_second(batch, bench.args.seconds))
            longest = max(longest, time.monotonic() - start)
    return cells, last


def table(rows: list[list[str]]) -> str:
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def share(flops: float, peak: float | None) -> str:
    return f"{100 * flops / peak:.1f} %" if peak else "-"


def speed_rows(name: str, cells: dict[int, Cell], multiply_adds: float, peak: float | None) -> list[list[str]]:
    rows = []
    for batch, cell in cells.items():
        engine = statistics.median(cell.engine)
        flops = 2 * multiply_adds * engine
        rival = statistics.median(cell.torch) if cell.torch else None
        rows.append(
            [
                name,
                str(batch),
                f"{engine:.1f} ({min(cell.engine):.1f} to {max(cell.engine):.1f})",
                f"{flops / 1e12:.3f}",
                share(flops, peak),
                f"{rival:.1f}" if rival else "-",
                f"{engine / rival:.2f}" if rival else "-",
            ]
        )
    return rows


def kernel_rows(profile: list[dict[str, Any]], peak: float | None) -> list[list[str]]:
    """Times by kernel, the slowest first."""
    microseconds: dict[str, float] = defaultdict(float)
    flops: dict[str, float] = defaultdict(float)
    steps: dict[str, int] = defaultdict(int)
    for step in profile:
        kernel = step["kernel"]
        microseconds[kernel] += step["microseconds"]
        flops[kernel] += 2 * step["multiplyAdds"]
        steps[kernel] += 1
    total = sum(microseconds.values())
    rows = []
    for kernel in sorted(microseconds, key=lambda kernel: -microseconds[kernel]):
        rate = flops[kernel] / max(microseconds[kernel] * 1e-6, 1e-12)
        counts = flops[kernel] > 0
        rows.append(
            [
                kernel,
                str(steps[kernel]),
                f"{microseconds[kernel]:.1f}",
                f"{100 * microseconds[kernel] / total:.1f} %",
                f"{rate / 1e12:.3f}" if counts else "",
                share(rate, peak) if counts else "",
            ]
        )
    return rows


def kernels(bench: Bench, model: Path, peak: float | None) -> str:
    try:
        found = bench.engine(model, bench.args.profile_batch, "-profile")
    except BenchError as error:
        return f"Kernels of {model.name}: not measured: {error}"
    head = ["kernel", "steps", "microseconds an evaluation", "share of time", "TFLOP/s", "of peak"]
    text = table([head, *kernel_rows(found.get("profile", []), peak)])
    return f"Kernels of {model.name}, batch {bench.args.profile_batch}:\n\n{text}"


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="gpu.sh", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=Path, nargs="+", help="network files")
    parser.add_argument(
        "--engine", type=Path, default=ROOT / "katago", help="the katago program (default: of this tree)"
    )
    parser.add_argument("--backend", default="vulkan", help="nnBackend (default vulkan)")
    parser.add_argument("--device", help="nnDevice (default: the one that looks fastest)")
    parser.add_argument("--precision", default="fp16", help="nnPrecision (default fp16)")
    parser.add_argument("--batches", type=lambda text: [int(n) for n in text.split(",")], default=[1, 8, 32, 128])
    parser.add_argument("--threads", type=int, default=2, help="batches in flight (default 2)")
    parser.add_argument("--profile-batch", type=int, default=8, help="batch of the table of kernels (default 8)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2, help="of one measurement (default 2)")
    parser.add_argument("--minutes", type=float, default=10, help="of all of them, at most (default 10)")
    parser.add_argument("--peak", type=float, help="TFLOP/s of the device in FP16 (default: a product of PyTorch's)")
    parser.add_argument("--no-torch", action="store_true", help="leave PyTorch out")
    parser.add_argument("--torch-device", default="cuda", help="PyTorch's device (default cuda)")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    args = parse(arguments)
    bench = Bench(args, time.monotonic() + 60 * args.minutes)
    try:
        peak = args.peak * 1e12 if args.peak else None if args.no_torch else torch_peak(args.torch_device)
        head = ["network", "batch", "evaluations/s (least to most)", "TFLOP/s", "of peak", "PyTorch FP16", "ratio"]
        rows, profiles, computes = [head], [], ""
        for model in args.models:
            cells, last = measure(bench, model)
            rows += speed_rows(last["modelName"], cells, last["multiplyAdds"], peak)
            computes = f"{last['backend']}; computes in {last['computesIn'] or last['precision']}"
            profiles.append(kernels(bench, model, peak))
    except BenchError as error:
        print(f"gpu.sh: {error}", file=sys.stderr)
        return 1
    origin = "given" if args.peak else "a product of 8192x8192 matrices in PyTorch"
    peak_text = f"Peak: {peak / 1e12:.1f} TFLOP/s, {origin}." if peak else "Peak: not known (--peak TFLOPS)."
    print("\n\n".join([f"Backend {computes}. {peak_text}", table(rows), *profiles, *bench.notes]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
