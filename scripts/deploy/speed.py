# SPDX-License-Identifier: MIT
"""Times exported files in their runtimes and the engine on this machine, by turns; puts the table into README.md.

    python scripts/deploy/table.py --files FILES ...        # exports what is timed here
    python scripts/deploy/speed.py --files FILES --int8 {model}-int8.safetensors MODEL.bin.gz...

It needs openvino (2026.4 was used) beside what setup.sh installs: .venv/bin/pip install openvino. One thread, 19x19,
batches of one. Every contender is timed in each of several rounds, so that a machine that is slower for a while is so
for all; the median of the rounds counts.
The engine times itself: `katago benchmarknn`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))

import numpy as np  # noqa: E402

from deploy.table import README, file_name, put_between  # noqa: E402
from export import positions, runtimes  # noqa: E402
from network import NetworkError  # noqa: E402

SIDE = 19
BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"
WARM_UP = 2  # evaluations


def processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


class OpenVino:
    """Reads ONNX files. `precision` is what its kernels compute in: f32, or bf16 where the processor has it."""

    def __init__(self, path: Path, precision: str) -> None:
        import openvino

        core = openvino.Core()
        options = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
        self.request = core.compile_model(str(path), "CPU", options).create_infer_request()

    def run(self, inputs: dict[str, np.ndarray]) -> object:
        return self.request.infer({name: inputs[name] for name in ("spatial", "global")})


@dataclass
class Contender:
    name: str
    seconds: Callable[[], float]  # of one evaluation, in one round
    rounds: list[float] = field(default_factory=list)


def timed(run: Callable[[], object], budget: float) -> float:
    """Median seconds of a call, over as many calls as take `budget` seconds."""
    for _ in range(WARM_UP):
        run()
    times: list[float] = []
    while sum(times) < budget:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def engine_seconds(engine: Path, model: Path, precision: str, iterations: int) -> float:
    command = [str(engine), "benchmarknn", "-model", str(model), "-precision", precision, "-json", "-no-verify"]
    command += ["-iterations", str(iterations), "-warmup", str(WARM_UP)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NetworkError(f"{engine} could not time {model}: {(done.stderr or done.stdout).strip()}")
    return 1 / json.loads(done.stdout)["sumMedianNNEvalsPerSec"]


def runtime_contenders(name: str, folder: Path, inputs: dict[str, np.ndarray], budget: float) -> list[Contender]:
    def file(file_format: str, precision: str, activations: str = "float") -> Path:
        path = folder / file_name(name, (file_format, precision, activations))
        if not path.exists():
            raise NetworkError(f"{path}: is missing; scripts/deploy/table.py --files writes it")
        return path

    made = [
        ("onnxruntime, fp32", runtimes.OnnxRuntime(file("onnx", "fp32"))),
        ("onnxruntime, int8 weights", runtimes.OnnxRuntime(file("onnx", "int8"))),
        ("OpenVINO, fp32", OpenVino(file("onnx", "fp32"), "f32")),
        ("OpenVINO, bf16", OpenVino(file("onnx", "fp32"), "bf16")),
        ("LiteRT, fp32", runtimes.LiteRt(file("tflite", "fp32"))),
        ("LiteRT, int8 weights", runtimes.LiteRt(file("tflite", "int8"))),
        ("LiteRT, int8 activations", runtimes.LiteRt(file("tflite", "int8", "int8"))),
    ]
    return [
        Contender(kind, lambda runtime=runtime: timed(lambda: runtime.run(inputs), budget)) for kind, runtime in made
    ]


def empty_board() -> dict[str, np.ndarray]:
    """What is on the board does not change the time."""
    spatial = np.zeros((1, 22, SIDE, SIDE), np.float32)
    spatial[:, 0] = 1
    return {"spatial": spatial, "global": np.zeros((1, 19), np.float32)}


def measure(model: Path, args: argparse.Namespace) -> dict[str, list[float]]:
    """Seconds of an evaluation in each round, by contender."""
    name = model.name.split(".")[0]
    int8 = Path(str(args.int8).format(model=name))
    contenders = runtime_contenders(name, args.files, empty_board(), args.seconds)
    iterations = max(3, round(args.seconds / contenders[0].seconds()))

    def engine(kind: str, file: Path, precision: str) -> Contender:
        return Contender(f"engine, {kind}", lambda: engine_seconds(args.engine, file, precision, iterations))

    contenders += [engine("fp32", model, "fp32"), engine("auto", model, "auto"), engine("int8 file", int8, "auto")]
    for _ in range(args.rounds):
        for contender in contenders:
            contender.rounds.append(contender.seconds())
    return {contender.name: contender.rounds for contender in contenders}


def table(results: dict[str, dict[str, list[float]]]) -> list[str]:
    names = list(results)
    rows = [["ms an evaluation", *names], ["---"] * (1 + len(names))]
    for kind in next(iter(results.values())):
        cells = []
        for name in names:
            times = [1000 * seconds for seconds in results[name][kind]]
            cells.append(f"{statistics.median(times):.1f} ({min(times):.1f} to {max(times):.1f})")
        rows.append([kind, *cells])
    return ["| " + " | ".join(cells) + " |" for cells in rows]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--files", type=Path, required=True, help="what table.py exported")
    parser.add_argument("--int8", type=Path, required=True, help="what katago quantize made; may hold {model}")
    parser.add_argument("--engine", help="the katago program (default: the one of this tree)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.8, help="of a contender in a round (default 0.8)")
    parser.add_argument("--readme", type=Path, default=README)
    args = parser.parse_args()
    try:
        args.engine = positions.find_engine(args.engine)
        results = {model.name.split(".")[0]: measure(model, args) for model in args.models}
    except NetworkError as error:
        print(f"speed: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        print(f"speed: the Python package {error.name} is missing: .venv/bin/pip install {error.name}", file=sys.stderr)
        return 1
    lines = [
        f"{processor()}; medians of {args.rounds} rounds, in brackets the least and the most.",
        "",
        *table(results),
    ]
    put_between(args.readme, BEGIN, END, lines)
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
