# SPDX-License-Identifier: MIT
"""The one PyTorch definition of every architecture that the engine reads, shared by training and export.

net = network.read("b6c96.bin.gz")            # .bin.gz, .bin, .txt.gz, .txt, .safetensors; versions 3 to 17
outputs = net.module(spatial, global_)        # network.Outputs, raw; see modules.py
net = network.build(network.residual("name", blocks=6, channels=64))
network.write(net, "mine.bin.gz")             # KataGo and this engine read it
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

from .architecture import bottleneck, residual
from .config import Multipliers, NetworkConfig, NetworkError
from .files import write_whole
from .modules import NetworkModule, Outputs
from .own_file import Int8Weights
from .own_graph import read_own_network
from .reader import read_file
from .tokens import container_of
from .writer import file_bytes

__all__ = [
    "Multipliers",
    "Network",
    "NetworkConfig",
    "NetworkError",
    "NetworkModule",
    "Outputs",
    "bottleneck",
    "build",
    "read",
    "residual",
    "write",
]

OWN_ENDING = ".safetensors"


@dataclass(frozen=True)
class Network:
    config: NetworkConfig
    module: NetworkModule


def build(config: NetworkConfig) -> Network:
    """A network with random weights (from torch's generator), in evaluation mode."""
    return Network(config, NetworkModule(config).eval())


def read(path: str | Path) -> Network:
    """Raises NetworkError, which says what is wrong and where."""
    path = Path(path)
    if path.name.lower().endswith(OWN_ENDING):
        config, arrays = read_own_network(path)
    else:
        config, arrays = read_file(path)
    network = build(config)
    rest = iter(arrays)
    for layer in network.module.file_layers():
        stored = [next(rest) for _ in layer.shapes()]
        layer.int8 = next((array for array in stored if isinstance(array, Int8Weights)), None)
        layer.from_file([array.values() if isinstance(array, Int8Weights) else array for array in stored])
    return network


def write(network: Network, path: str | Path) -> None:
    """Form and compression follow the name. Nothing half-written is left, and only a regular file is replaced."""
    path = Path(path)
    compressed, text = container_of(path)
    arrays = [array for layer in network.module.file_layers() for array in layer.to_file()]
    data = file_bytes(network.config, arrays, text=text)
    write_whole(path, gzip.compress(data, 6, mtime=0) if compressed else data)
