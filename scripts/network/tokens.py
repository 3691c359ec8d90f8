# SPDX-License-Identifier: MIT
"""The lowest layer of KataGo's network files: the container, white space separated tokens, blocks of floats."""

from __future__ import annotations

import math
import zlib
from pathlib import Path

import numpy as np

from .config import NetworkError

WHITESPACE = b" \t\n\v\f\r"
MARKER = b"@BIN@"
GZIP_MAGIC = b"\x1f\x8b"
MAX_BEFORE_MARKER = 100


def container_of(path: Path) -> tuple[bool, bool]:
    """How a file of that name is written: whether it is compressed, and whether its floats are text."""
    name = path.name.lower()
    for suffix, compressed, text in ((".txt", 0, 1), (".bin", 0, 0), (".txt.gz", 1, 1), (".gz", 1, 0)):
        if name.endswith(suffix):
            return bool(compressed), bool(text)
    raise NetworkError(f"{path}: a network file's name ends in .bin.gz, .txt.gz, .bin or .txt")


def unpacked(data: bytes, place: str) -> bytes:
    """Browsers unpack files and leave the name: the first bytes tell whether a file is compressed."""
    return inflate(data, place) if data.startswith(GZIP_MAGIC) else data


def inflate(data: bytes, place: str) -> bytes:
    stream = zlib.decompressobj(wbits=47)  # zlib or gzip, whichever the header says
    try:
        inflated = stream.decompress(data) + stream.flush()
    except zlib.error as error:
        raise NetworkError(f"{place}: is not compressed properly: {error}") from error
    if not stream.eof:
        raise NetworkError(f"{place}: ends in the middle of its compressed data; was it downloaded completely?")
    if stream.unused_data:
        raise NetworkError(f"{place}: has {len(stream.unused_data)} bytes after its compressed data")
    return inflated


class TokenReader:
    """Reads one file's bytes from front to back. `layer` is the last name read, for messages."""

    def __init__(self, data: bytes, place: str, text: bool) -> None:
        self.data, self.place, self.text = data, place, text
        self.at = 0
        self.layer = ""
        self.arrays: list[np.ndarray] = []

    def fail(self, what: str) -> NetworkError:
        where = f" after {self.layer}" if self.layer else ""
        return NetworkError(f"{self.place}:{where} {what}")

    def token(self, what: str) -> str:
        data, at = self.data, self.at
        while at < len(data) and data[at] in WHITESPACE:
            at += 1
        start = at
        while at < len(data) and data[at] not in WHITESPACE:
            at += 1
        self.at = at
        if at == start:
            raise self.fail(f"the file ends before {what}")
        return data[start:at].decode("ascii", "replace")

    def name(self, what: str) -> str:
        self.layer = self.token(what)
        return self.layer

    def integer(self, what: str, low: int | None = None, high: int | None = None) -> int:
        token = self.token(what)
        try:
            value = int(token)
        except ValueError:
            raise self.fail(f"{what} is {token[:40]!r}, must be a whole number") from None
        if (low is not None and value < low) or (high is not None and value > high):
            wanted = f"{low} to {high}" if high is not None else f"at least {low}"
            raise self.fail(f"{what} is {value}, must be {wanted}")
        return value

    def real(self, what: str) -> float:
        token = self.token(what)
        try:
            value = float(token)
        except ValueError:
            raise self.fail(f"{what} is {token[:40]!r}, must be a number") from None
        if not (value > 0 and math.isfinite(value)):
            raise self.fail(f"{what} is {value}, must be positive and finite")
        return value

    def reserved(self, count: int) -> None:
        for _ in range(count):
            self.integer("a reserved option", 0, 0)

    def floats(self, *shape: int) -> None:
        """Appends a block to `arrays`."""
        count = math.prod(shape)
        values = self._text_floats(count) if self.text else self._binary_floats(count)
        if not np.isfinite(values).all():
            raise self.fail("weights hold a value that is not finite")
        self.arrays.append(values.reshape(shape))

    def _text_floats(self, count: int) -> np.ndarray:
        words = [self.token("the end of its weights") for _ in range(count)]
        try:
            return np.array(words, dtype=np.float64).astype(np.float32)
        except ValueError:
            raise self.fail("weights hold a word that is not a number") from None

    def _binary_floats(self, count: int) -> np.ndarray:
        marker = self.data.find(MARKER, self.at, self.at + MAX_BEFORE_MARKER + len(MARKER))
        if marker < 0:
            raise self.fail("no weights in binary form; is this the text form of the format?")
        start = marker + len(MARKER)
        self.at = start + 4 * count
        if self.at > len(self.data):
            raise self.fail(f"the file ends within {count} weights")
        return np.frombuffer(self.data, "<f4", count, start).astype(np.float32)


class TokenWriter:
    """Collects a file's bytes; takes arrays from the front of `arrays`."""

    def __init__(self, arrays: list[np.ndarray], text: bool) -> None:
        self.parts: list[bytes] = []
        self.arrays = iter(arrays)
        self.text = text

    def put(self, *values: str | int | float | bool) -> None:
        for value in values:
            word = (
                str(int(value)) if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)
            )
            self.parts.append(word.encode("ascii") + b"\n")

    def floats(self) -> None:
        values = np.ascontiguousarray(next(self.arrays), dtype="<f4")
        if not np.isfinite(values).all():
            raise NetworkError("the network has weights that are not finite")
        if self.text:
            self.parts.append(" ".join(repr(float(v)) for v in values.ravel()).encode("ascii") + b"\n")
        else:
            self.parts += [MARKER, values.tobytes(), b"\n"]

    def bytes(self) -> bytes:
        return b"".join(self.parts)
