# SPDX-License-Identifier: MIT
"""The engine's own network files, which `katago quantize` writes: safetensors with the graph in their metadata."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .config import NetworkError

LENGTH_BYTES = 8
MAX_HEADER_BYTES = 16 << 20
FORMAT = "1"
HEADER_SUM, DATA_SUM = "katago.header_sha256", "katago.data_sha256"
PADDING = "padding."  # begins the names of tensors that only fill gaps
TYPES = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "I8": np.dtype("i1"), "U8": np.dtype("u1")}


@dataclass(frozen=True)
class Int8Weights:
    """codes [taps..., in, out] of int8; scales [taps..., blocks of `block` inputs, out], float32; `rotated`: input
    channels that are rotated together (see the engine's nn/rotation.h), 0 for none."""

    codes: np.ndarray
    scales: np.ndarray
    block: int
    rotated: int = 0

    def times(self, factors: np.ndarray) -> Int8Weights:
        """With every output channel multiplied by a factor; scales stay positive."""
        signs = np.where(factors < 0, -1, 1).astype(np.int8)
        return Int8Weights(self.codes * signs, self.scales * np.abs(factors), self.block, self.rotated)

    def values(self) -> np.ndarray:
        wide = np.repeat(self.scales, self.block, axis=-2)[..., : self.codes.shape[-2], :]
        return rotate_rows(self.codes.astype(np.float32) * wide, self.rotated)


def rotate_rows(rows: np.ndarray, rotated: int) -> np.ndarray:
    """The Hadamard rotation of [..., channels, columns]: of a block of 16, 32 or 64 channels (a third of `rotated`
    where that is divisible by three) those 4 apart are multiplied with a Hadamard matrix. Three blocks are reflected
    besides (Householder): 2/3 of the sum of the three channels at a place is taken from each."""
    if rotated == 0:
        return rows
    reflected = rotated % 3 == 0
    size = (rotated // 3 if reflected else rotated) // 4
    signs = np.ones((1, 1), np.float32)
    while len(signs) < size:
        signs = np.block([[signs, signs], [signs, -signs]])
    columns = rows.shape[-1]
    blocks = signs @ rows.reshape(-1, size, 4 * columns)
    if reflected:
        blocks = blocks.reshape(-1, 3, size * 4 * columns)
        blocks = blocks - 2 / 3 * blocks.sum(axis=1, keepdims=True)
    return blocks.reshape(rows.shape).astype(np.float32)


@dataclass(frozen=True)
class OwnFile:
    metadata: dict[str, str]
    tensors: dict[str, np.ndarray]

    def json(self, key: str) -> Any:
        return json.loads(self.metadata[key])


def _header(data: bytes) -> tuple[dict[str, Any], bytes]:
    if len(data) < LENGTH_BYTES:
        raise NetworkError(f"has {len(data)} bytes, too few for a header")
    length = int.from_bytes(data[:LENGTH_BYTES], "little")
    if length > min(MAX_HEADER_BYTES, len(data) - LENGTH_BYTES):
        raise NetworkError(f"ends within its header of {length} bytes; is the file complete?")
    header = json.loads(data[LENGTH_BYTES : LENGTH_BYTES + length])
    if not isinstance(header, dict):
        raise NetworkError("its header is no JSON object")
    return header, data[LENGTH_BYTES + length :]


def _tensor(name: str, entry: dict[str, Any], data: bytes) -> np.ndarray:
    kind, shape, (begin, end) = TYPES.get(entry["dtype"]), entry["shape"], entry["data_offsets"]
    if kind is None:
        raise NetworkError(f"tensor {name}: has type {entry['dtype']}, must have one of {', '.join(TYPES)}")
    if not 0 <= begin <= end <= len(data):
        raise NetworkError(f"tensor {name}: does not lie within the {len(data)} bytes of data; is the file complete?")
    return np.frombuffer(data[begin:end], kind).reshape(shape).copy()


def _metadata_sum(metadata: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for key in sorted(metadata.keys() - {HEADER_SUM}, key=str.encode):
        for text in (key.encode(), metadata[key].encode()):
            digest.update(f"{len(text)}:".encode() + text)
    return digest.hexdigest()


def _data_sum(header: dict[str, Any], tensors: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors, key=str.encode):
        description = [name, header[name]["dtype"], header[name]["shape"]]
        digest.update(json.dumps(description, separators=(",", ":"), ensure_ascii=False).encode())
        digest.update(tensors[name].tobytes())
    return digest.hexdigest()


def _parse(data: bytes) -> OwnFile:
    header, data = _header(data)
    metadata = header.pop("__metadata__", {})
    if metadata.get("katago.format") != FORMAT:
        raise NetworkError(f"has no katago.format {FORMAT} in its metadata; is this a network of this engine?")
    if _metadata_sum(metadata) != metadata[HEADER_SUM]:
        raise NetworkError("is damaged: its header does not have the SHA-256 that it should")
    tensors = {name: _tensor(name, entry, data) for name, entry in header.items() if not name.startswith(PADDING)}
    if _data_sum(header, tensors) != metadata[DATA_SUM]:
        raise NetworkError("is damaged: its weights do not have the SHA-256 that they should")
    return OwnFile(metadata, tensors)


def read_own_file(path: Path) -> OwnFile:
    try:
        return _parse(path.read_bytes())
    except OSError as error:
        raise NetworkError(f"{path}: cannot be read: {error.strerror}") from error
    except NetworkError as error:
        raise NetworkError(f"{path}: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NetworkError(f"{path}: is no network file of this engine, or damaged: {error}") from error
