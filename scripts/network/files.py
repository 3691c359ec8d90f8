# SPDX-License-Identifier: MIT
"""Writing files so that nothing half-written ever has a file's name, and only regular files are replaced."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .config import NetworkError

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
)


def target_of(path: Path, folder_allowed: bool = False) -> Path:
    """What writing to the name replaces or makes: behind symbolic links, also behind one to a file that is missing.

    Raises NetworkError where that is no regular file.
    """
    try:
        mode = path.stat().st_mode if path.exists() else stat.S_IFREG
    except OSError as error:
        raise NetworkError(f"{path}: cannot be written: {error.strerror}") from error
    if not stat.S_ISREG(mode) and not (folder_allowed and stat.S_ISDIR(mode)):
        kind = next((name for test, name in KINDS if test(mode)), "no regular file")
        raise NetworkError(f"{path}: cannot be written: this is {kind}")
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    if target.is_symlink():
        raise NetworkError(f"{path}: cannot be written: its symbolic links lead in a circle")
    return target


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A path beside the file to write to; takes the file's place and permissions at the end, or goes away."""
    target = target_of(path)
    temporary = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")
    try:
        yield temporary
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except OSError as error:
        raise NetworkError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Replaces the file's content, whole or not at all."""
    with replaced(path) as temporary:
        temporary.write_bytes(data)
