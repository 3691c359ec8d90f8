# SPDX-License-Identifier: MIT
"""Networks in PyTorch as gpu_table.py times them: FP16, compiled, channels last where the layers are convolutions."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS))

SIDE = 19
WARM_UP = 3  # runs, after the compiler's
PEAK_SIDE = 8192
PEAK_SECONDS = 1.0


class TorchUnavailable(Exception):
    """Why PyTorch measures nothing here."""


def _torch(device: str) -> Any:
    try:
        import torch
    except ImportError as error:
        raise TorchUnavailable("it is not installed") from error
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise TorchUnavailable("it finds no CUDA device")
    return torch


class TorchNetwork:
    """Evaluates empty boards: what is on the board does not change the time."""

    def __init__(self, model: Path, device: str) -> None:
        self.torch = _torch(device)
        import network
        from network.config import input_channels

        try:
            net = network.read(model)
        except (network.NetworkError, OSError) as error:
            raise TorchUnavailable(f"it cannot read {model}: {error}") from error
        self.device = device
        self.channels = input_channels(net.config.version)
        self.meta_channels = net.config.meta_channels
        module = net.module.to(device=device, dtype=self.torch.float16)
        if not net.config.has_attention:
            module = module.to(memory_format=self.torch.channels_last)
        self.run = self.torch.compile(module, mode="reduce-overhead", dynamic=False)

    def _inputs(self, batch: int) -> list[Any]:
        torch = self.torch
        kind = {"device": self.device, "dtype": torch.float16}
        spatial = torch.zeros(batch, self.channels[0], SIDE, SIDE, **kind).to(memory_format=torch.channels_last)
        spatial[:, 0] = 1
        inputs = [spatial, torch.zeros(batch, self.channels[1], **kind)]
        if self.meta_channels:
            inputs.append(torch.zeros(batch, self.meta_channels, **kind))
        return inputs

    def evaluations_per_second(self, batch: int, seconds: float) -> float:
        inputs = self._inputs(batch)
        with self.torch.inference_mode():
            for _ in range(WARM_UP):
                self.run(*inputs)
            return batch / _seconds_of(self.torch, self.device, lambda: self.run(*inputs), seconds)


def _seconds_of(torch: Any, device: str, run: Any, budget: float) -> float:
    """Seconds of a run among many that the device works through without a pause."""

    def wait() -> None:
        if device.startswith("cuda"):
            torch.cuda.synchronize()

    wait()
    runs, start = 0, time.perf_counter()
    while time.perf_counter() - start < budget:
        for _ in range(1 + runs // 4):
            run()
            runs += 1
        wait()
    return (time.perf_counter() - start) / runs


def torch_peak(device: str) -> float | None:
    """FLOP/s of a product of big FP16 matrices; nothing where PyTorch has no CUDA."""
    try:
        torch = _torch(device)
    except TorchUnavailable:
        return None
    if not device.startswith("cuda"):
        return None
    a, b = (torch.randn(PEAK_SIDE, PEAK_SIDE, device=device, dtype=torch.float16) for _ in range(2))
    seconds = _seconds_of(torch, device, lambda: torch.mm(a, b), PEAK_SECONDS)
    return float(2 * PEAK_SIDE**3 / seconds)
