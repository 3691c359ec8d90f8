# SPDX-License-Identifier: MIT
"""Exports networks to every format and precision, compares the files with the engine, puts the table into README.md.

    python scripts/deploy/table.py --games GAMES --calibration OTHER_GAMES MODEL.bin.gz...

Rows are kept in --results as they are made, so that an interrupted run goes on where it was. `--games` and
`--calibration` may hold {model}: files that `katago evaluate` wrote, one a network.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))

import torch  # noqa: E402

import network  # noqa: E402
from export import check, cli, files, positions  # noqa: E402
from export.interface import Settings  # noqa: E402

README = SCRIPTS / "deploy" / "README.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
CASES = [
    ("onnx", "int8", "float"),
    ("tflite", "int8", "float"),
    ("tflite", "int8", "int8"),
    ("onnx", "fp16", "float"),
    ("tflite", "fp16", "float"),
    ("coreml", "fp16", "float"),
    ("coreml", "int8", "float"),
    ("onnx", "fp32", "float"),
    ("tflite", "fp32", "float"),
]
EXACT_POSITIONS = 50  # of FP32, which differs by rounding only
READ_BACK_POSITIONS = 20  # numpy is slow
HEADER = ["network", "file", "MB", "of FP32", *check.HEADER]


def measure(
    net: network.Network, model: Path, case: tuple[str, str, str], args: argparse.Namespace, moments: dict | None
) -> dict:
    file_format, precision, activations = case
    options = ["--format", file_format, "--precision", precision, "--activations", activations]
    wanted = cli.parse_arguments([str(model), *options])
    settings = Settings(batch=None if file_format == "onnx" else 1, precision=precision)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / f"network{cli.FORMATS[file_format].suffix}"
        cli.export(net, wanted, settings, output, moments)
        runtime = cli.FORMATS[file_format].runtime(output, 1)
        source = Path(str(args.games).format(model=net.config.name))
        count = EXACT_POSITIONS if precision == "fp32" else args.positions
        count = READ_BACK_POSITIONS if file_format == "coreml" else count
        asked = positions.positions_of(source, model, args.engine, args.positions, cli.CHECK_SEED)
        fitting = check.usable(asked, runtime)
        row = check.compare(net.config, runtime, fitting[:count]).row(runtime.name)
        return {"bytes": files.size_of(output), "row": row}


def moments_of(net: network.Network, model: Path, args: argparse.Namespace) -> dict[str, torch.Tensor] | None:
    source = str(args.calibration).format(model=net.config.name)
    wanted = cli.parse_arguments([str(model), "--format", "onnx", "--precision", "int8", "--calibration", source])
    wanted.engine = args.engine
    return cli.calibrate(net, wanted, Settings(precision="int8"))


def write_table(results: dict[str, dict], readme: Path) -> None:
    rows = []
    order = [*results]
    for key in sorted(results, key=lambda k: (order.index(next(o for o in order if o.startswith(k.split("|")[0]))), k)):
        result = results[key]
        name, file_format, precision, activations = key.split("|")
        kind = f"{file_format} {precision}" + (", int8 activations" if activations == "int8" else "")
        full = results.get(f"{name}|onnx|fp32|float", result)["bytes"]
        rows.append(
            [name, kind, f"{result['bytes'] / 1e6:.1f}", f"{100 * result['bytes'] / full:.1f} %", *result["row"]]
        )
    lines = ["| " + " | ".join(cells) + " |" for cells in [HEADER, ["---"] * len(HEADER), *rows]]
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    readme.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="*", help="networks; none: only write the table anew")
    parser.add_argument("--games", required=True)
    parser.add_argument("--calibration", required=True)
    parser.add_argument("--positions", type=int, default=240)
    parser.add_argument("--engine")
    parser.add_argument("--results", type=Path, default=SCRIPTS / "deploy" / "results.json")
    parser.add_argument("--readme", type=Path, default=README)
    args = parser.parse_args()
    torch.set_num_threads(1)
    results = json.loads(args.results.read_text()) if args.results.exists() else {}
    for model in args.models:
        net = network.read(model)
        moments = None
        for case in CASES:
            key = "|".join((net.config.name, *case))
            if key in results:
                continue
            if case[1] == "int8" and moments is None:
                moments = moments_of(net, model, args)
            results[key] = measure(net, model, case, args, moments)
            temporary = args.results.with_suffix(".new")
            temporary.write_text(json.dumps(results, indent=1) + "\n")
            os.replace(temporary, args.results)
    if args.readme.exists():
        write_table(results, args.readme)
    return 0


if __name__ == "__main__":
    sys.exit(main())
