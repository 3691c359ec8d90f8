# SPDX-License-Identifier: MIT
"""Runs a TensorRT engine file on positions and compares with the answers that `katago evaluate` wrote for them.

    katago evaluate -model NETWORK.bin.gz -games GAMES -precision fp32 > expected.jsonl     # on any machine
    python3 scripts/deploy/tensorrt_check.py FILE.engine expected.jsonl                      # on the Jetson

Needs numpy and the packages tensorrt and cuda-python of JetPack. Prints the agreement of best moves and the policy's
divergence; exit status 1 where they are worse than --top1 and --kl.
"""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np

try:
    import tensorrt as trt
    from cuda import cudart
except ModuleNotFoundError as error:
    sys.exit(f"tensorrt_check: the Python package {error.name} is missing; it comes with JetPack")


def succeed(result: tuple) -> object:
    """The value of a CUDA call, or the end of the program."""
    if result[0] != cudart.cudaError_t.cudaSuccess:
        sys.exit(f"tensorrt_check: CUDA: {cudart.cudaGetErrorString(result[0])[1].decode()}")
    return result[1] if len(result) > 1 else None


class Engine:
    """One position at a time, through TensorRT's named tensors (8.5 and newer)."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            engine = trt.Runtime(trt.Logger(trt.Logger.WARNING)).deserialize_cuda_engine(file.read())
        if engine is None:
            sys.exit(f"tensorrt_check: {path} is for another device or version of TensorRT; build it here")
        self.engine, self.context = engine, engine.create_execution_context()
        self.names = [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]
        self.stream = succeed(cudart.cudaStreamCreate())
        self.memory: dict[str, int] = {}

    def is_input(self, name: str) -> bool:
        return self.engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        for name in filter(self.is_input, self.names):
            self.context.set_input_shape(name, inputs[name].shape)
        outputs = {}
        for name in self.names:
            array = inputs.get(name, np.empty(tuple(self.context.get_tensor_shape(name)), np.float32))
            if name not in self.memory:
                self.memory[name] = succeed(cudart.cudaMalloc(array.nbytes))
            self.context.set_tensor_address(name, self.memory[name])
            if self.is_input(name):
                self._copy(self.memory[name], array.ctypes.data, array.nbytes, "cudaMemcpyHostToDevice")
            else:
                outputs[name] = array
        if not self.context.execute_async_v3(self.stream):
            sys.exit("tensorrt_check: the engine failed to run")
        succeed(cudart.cudaStreamSynchronize(self.stream))
        for name, array in outputs.items():
            self._copy(array.ctypes.data, self.memory[name], array.nbytes, "cudaMemcpyDeviceToHost")
        return outputs

    @staticmethod
    def _copy(to: int, source: int, size: int, kind: str) -> None:
        succeed(cudart.cudaMemcpy(to, source, size, getattr(cudart.cudaMemcpyKind, kind)))


def inputs_of(row: dict) -> dict[str, np.ndarray]:
    width, height = row["size"]
    spatial = np.zeros((22, height * width), np.float32)
    for plane, points in zip(spatial, row["planesExact"]):  # noqa: B905 (JetPack 5 has Python 3.8)
        plane[points] = 1
    spatial = spatial.reshape(1, 22, height, width)
    return {"spatial": spatial, "global": np.array([row["globals"]], np.float32), "mask": spatial[:, :1].copy()}


def policy_of(outputs: dict[str, np.ndarray], legal: np.ndarray) -> np.ndarray:
    logits = np.append(outputs["policy"][0, 0].ravel(), outputs["pass"][0, 0]).astype(np.float64)
    weights = np.where(legal, np.exp(logits - logits[legal].max()), 0)
    return weights / weights.sum()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine")
    parser.add_argument("expected", help="what katago evaluate wrote")
    parser.add_argument("--top1", type=float, default=96.0, help="least share of equal best moves, in percent")
    parser.add_argument("--kl", type=float, default=1.5e-3, help="largest mean divergence of the policy")
    args = parser.parse_args()
    engine = Engine(args.engine)
    size = tuple(engine.engine.get_tensor_shape("spatial"))[2:]
    same, divergences = [], []
    with open(args.expected, encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if tuple(row["size"][::-1]) != size:
                continue
            expected = np.array(row["policy"])
            found = policy_of(engine.run(inputs_of(row)), expected >= 0)
            on = expected > 0
            same.append(expected.argmax() == found.argmax())
            divergences.append(np.sum(expected[on] * np.log(expected[on] / np.maximum(found[on], 1e-12))))
    if not same:
        sys.exit(f"tensorrt_check: {args.expected} has no positions on boards of {size[1]}x{size[0]}")
    top1, divergence = 100 * np.mean(same), np.mean(divergences)
    print(f"{len(same)} positions: top-1 {top1:.1f} %, policy KL {divergence:.1e}")
    return 0 if top1 >= args.top1 and divergence <= args.kl else 1


if __name__ == "__main__":
    sys.exit(main())
