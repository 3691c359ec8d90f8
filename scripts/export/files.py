# SPDX-License-Identifier: MIT
"""Writing results so that an interrupted or failed export leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from network import NetworkError
from network.files import target_of

UNFINISHED: set[Path] = set()  # folders of exports under way


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
    output = target_of(output, folder_allowed=True)
    folder = output.parent / f".{output.name}.{uuid.uuid4().hex[:8]}"
    UNFINISHED.add(folder)
    try:
        try:
            folder.mkdir()
        except OSError as error:
            raise NetworkError(f"{output}: cannot be written: {error.strerror}") from error
        temporary = folder / output.name
        with temporary_files_in(str(folder)):
            yield temporary
        if temporary.is_dir() and output.exists():
            remove(output)
        elif output.is_file():
            shutil.copymode(output, temporary)
        elif output.is_dir():
            raise NetworkError(f"{output}: cannot be written: this is a folder")
        temporary.replace(output)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        UNFINISHED.discard(folder)


def leave(status: int) -> None:
    """For handlers of signals: an exception could be swallowed by a converter, or come before a folder is known."""
    for folder in UNFINISHED:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(status)
