# SPDX-License-Identifier: MIT
"""Writing results so that an interrupted or failed export leaves nothing behind."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from network import NetworkError


def say(text: str) -> None:
    print(f"export: {text}", file=sys.stderr, flush=True)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file()) if path.is_dir() else path.stat().st_size


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def temporary_files_in(folder: str) -> Iterator[None]:
    before = tempfile.tempdir
    tempfile.tempdir = folder
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def unfinished(output: Path) -> Iterator[Path]:
    """A path beside `output` to write to (a file or a folder); takes its place at the end, or goes away.

    Converters' temporary files go to the same folder, so that they go away with it.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix=f".{output.name}.", dir=output.parent)
    except OSError as error:
        raise NetworkError(f"{output}: cannot be written: {error.strerror}") from error
    with folder as name, temporary_files_in(name):
        temporary = Path(name) / output.name
        yield temporary
        if temporary.is_dir() and output.exists():
            remove(output)
        temporary.replace(output)
