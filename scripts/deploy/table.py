# SPDX-License-Identifier: MIT
"""Exports networks to every format and precision, compares the files with the engine, puts the table into README.md.

    python scripts/deploy/table.py --games GAMES --calibration OTHER_GAMES MODEL.bin.gz...

What was measured is kept in --results, so that an interrupted run goes on where it was; exported files in --files, if
wanted. `--games` and `--calibration` may hold {model}: files that `katago evaluate` wrote, one a network.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))

import numpy as np  # noqa: E402
import torch  # noqa: E402

import network  # noqa: E402
from export import check, cli, files, positions  # noqa: E402
from export.interface import Settings  # noqa: E402
from network.files import write_whole  # noqa: E402

README = SCRIPTS / "deploy" / "README.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
# A file's format, its precision, and one of KINDS.
CASES = [
    ("onnx", "int8", "float"),
    ("tflite", "int8", "float"),
    ("tflite", "int8", "int8"),
    ("onnx", "fp16", "float"),
    ("tflite", "fp16", "float"),
    ("coreml", "fp16", "float"),
    ("coreml", "fp16", "single"),
    ("coreml", "int8", "float"),
    ("onnx", "fp32", "float"),
    ("tflite", "fp32", "float"),
]
# Options, and how rows and files are called.
KINDS = {
    "float": ([], "", ""),
    "int8": (["--activations", "int8"], ", int8 activations", "-dynamic"),
    "single": (["--sums", "single"], ", single sums", "-single"),
}
EXACT_POSITIONS = 50  # of FP32, which differs by rounding only
READ_BACK_POSITIONS = 20  # numpy is slow
HEADER = ["file", "MB", "of FP32", *check.HEADER, "holds"]


@contextmanager
def folder_for_files(args: argparse.Namespace) -> Iterator[Path]:
    if args.files:
        args.files.mkdir(parents=True, exist_ok=True)
        yield args.files
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


def file_name(name: str, case: tuple[str, str, str]) -> str:
    file_format, precision, kind = case
    return f"{name}-{precision}{KINDS[kind][2]}{cli.FORMATS[file_format].suffix}"


def measure(
    net: network.Network,
    model: Path,
    case: tuple[str, str, str],
    args: argparse.Namespace,
    calibration: cli.Calibration | None,
) -> dict:
    file_format, precision, kind = case
    options = ["--format", file_format, "--precision", precision, *KINDS[kind][0]]
    wanted = cli.parse_arguments([str(model), *options])
    settings = Settings(batch=None if file_format == "onnx" else 1, precision=precision)
    with folder_for_files(args) as folder:
        output = folder / file_name(net.config.name, case)
        cli.export(net, wanted, settings, output, calibration)
        runtime = cli.FORMATS[file_format].runtime(output, 1)
        source = Path(str(args.games).format(model=net.config.name))
        count = EXACT_POSITIONS if precision == "fp32" else args.positions
        count = READ_BACK_POSITIONS if file_format == "coreml" else count
        asked = positions.positions_of(source, model, args.engine, args.positions, cli.CHECK_SEED)
        fitting = check.usable(asked, runtime)
        agreement = check.compare(net.config, runtime, fitting[:count])
        return {
            "bytes": files.size_of(output),
            "runtime": runtime.name,
            "attention": net.config.has_attention,
            "differences": dataclasses.asdict(agreement),
        }


def calibration_of(net: network.Network, model: Path, args: argparse.Namespace) -> cli.Calibration | None:
    source = str(args.calibration).format(model=net.config.name)
    wanted = cli.parse_arguments([str(model), "--format", "coreml", "--precision", "int8", "--calibration", source])
    wanted.engine = args.engine
    return cli.calibrate(net, wanted, Settings(precision="int8"))


def holds(case: list[str], differences: check.Agreement, share: float, attention: bool) -> bool:
    """Whether a file is as exact, and an INT8 one as small, as this page says files should be."""
    agreement, divergence = np.mean(differences.top1), np.mean(differences.divergence)
    if case[1] == "int8":
        return agreement >= 0.96 and divergence <= (2e-3 if attention else 1.5e-3) and share <= 0.30
    largest = max(differences.largest) if case[2] == "single" else 0.0  # of what is made to be that close
    return agreement >= 0.99 and divergence <= 1e-4 and largest <= 1e-3


def table_of(name: str, results: dict[str, dict]) -> list[str]:
    """Of one network."""
    rows = []
    full = results["onnx|fp32|float"]["bytes"]
    for key, result in sorted(results.items()):
        case = key.split("|")
        kind = f"{case[0]} {case[1]}{KINDS[case[2]][1]}"
        share = result["bytes"] / full
        differences = check.Agreement(**result["differences"])
        verdict = "yes" if holds(case, differences, share, result["attention"]) else "no"
        rows.append(
            [
                kind,
                f"{result['bytes'] / 1e6:.1f}",
                f"{100 * share:.1f} %",
                *differences.row(result["runtime"]),
                verdict,
            ]
        )
    lines = ["| " + " | ".join(cells) + " |" for cells in [HEADER, ["---"] * len(HEADER), *rows]]
    return [f"**{name}**", "", *lines]


def write_table(results: dict[str, dict], readme: Path) -> None:
    names = list(dict.fromkeys(key.split("|")[0] for key in results))
    lines: list[str] = []
    for name in names:
        own = {key.split("|", 1)[1]: result for key, result in results.items() if key.startswith(f"{name}|")}
        if "onnx|fp32|float" in own:
            lines += [*table_of(name, own), ""]
    put_between(readme, BEGIN, END, lines[:-1])


def put_between(path: Path, begin: str, end: str, lines: list[str]) -> None:
    """Puts lines between two marks."""
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(begin, 1)
    after = rest.split(end, 1)[1]
    write_whole(path, (before + begin + "\n" + "\n".join(lines) + "\n" + end + after).encode())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="*", help="networks; none: only write the table anew")
    parser.add_argument("--games", required=True)
    parser.add_argument("--calibration", required=True)
    parser.add_argument("--positions", type=int, default=240)
    parser.add_argument("--engine")
    parser.add_argument("--results", type=Path, default=SCRIPTS / "deploy" / "results.json")
    parser.add_argument("--files", type=Path, help="folder for the exported files (default: they are not kept)")
    parser.add_argument("--readme", type=Path, default=README)
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: files.leave(143))
    torch.set_num_threads(1)
    results = json.loads(args.results.read_text()) if args.results.exists() else {}
    for model in args.models:
        net = network.read(model)
        calibration = None
        for case in CASES:
            key = "|".join((net.config.name, *case))
            if key in results:
                continue
            # FP16 is shown as it is without --calibration, but where it needs it.
            calibrated = case[1] == "int8" or case[2] == "single"
            if calibrated and calibration is None:
                calibration = calibration_of(net, model, args)
            results[key] = measure(net, model, case, args, calibration if calibrated else None)
            write_whole(args.results, (json.dumps(results, indent=1) + "\n").encode())
    if args.readme.exists():
        write_table(results, args.readme)
    return 0


if __name__ == "__main__":
    sys.exit(main())
