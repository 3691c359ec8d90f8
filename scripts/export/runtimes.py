# SPDX-License-Identifier: MIT
"""Exported files in the runtimes that people will use, one position at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from network.evaluation import RawRow

from .interface import OUTPUT_NAMES


class Runtime(Protocol):
    name: str
    inputs: list[str]
    size: tuple[int, int]  # of the planes: height, width

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Batches of one; takes those of its own inputs."""


class OnnxRuntime:
    def __init__(self, path: Path, threads: int = 1) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Codes of weights become floats once, when the file is loaded, and not in every evaluation.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.name = f"onnxruntime {onnxruntime.__version__}"
        self.inputs = [entry.name for entry in self.session.get_inputs()]
        height, width = self.session.get_inputs()[0].shape[2:]
        self.size = (height, width)

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        outputs = self.session.run(OUTPUT_NAMES, {name: inputs[name] for name in self.inputs})
        return dict(zip(OUTPUT_NAMES, outputs, strict=True))


class LiteRt:
    """LiteRT's interpreter, which hands what it can to XNNPACK."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        import ai_edge_litert
        from ai_edge_litert.interpreter import Interpreter

        self.interpreter = Interpreter(str(path), num_threads=threads)
        self.interpreter.allocate_tensors()
        self.runner = self.interpreter.get_signature_runner()
        self.name = f"LiteRT {ai_edge_litert.__version__}"
        details = self.runner.get_input_details()
        self.inputs = list(details)
        height, width = details["spatial"]["shape"][2:]
        self.size = (int(height), int(width))

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return self.runner(**{name: inputs[name] for name in self.inputs})


def raw_row(outputs: dict[str, np.ndarray]) -> RawRow:
    policy, pass_, value, score, ownership = (np.asarray(outputs[name], np.float32)[0] for name in OUTPUT_NAMES)
    return RawRow(policy, pass_, value, score, ownership[0])
