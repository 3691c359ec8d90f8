# SPDX-License-Identifier: MIT
"""Tries a binary where nothing else is: in a folder with a network, as the root of the file system. A binary that wants
the C library gets that of its sysroot, the oldest it is for; one for another processor qemu, as its oldest core."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import elf, refusals
from .targets import ReleaseError, Target

_MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "armhf": "armv7l"}
_SETTINGS = "maxVisits=8,numSearchThreads=2,allowResignation=false"
_MOVES = 6
_GAME = "\n".join(["boardsize 9", *(f"genmove {'bw'[n % 2]}" for n in range(_MOVES)), "final_score", "quit", ""])
_QUERY = {
    "id": "q",
    "boardXSize": 9,
    "boardYSize": 9,
    "komi": 7,
    "rules": "chinese",
    "moves": [["B", "E5"]],
    "maxVisits": 8,
}


@dataclass
class BareRoot:
    """The folder, and how a program is started that sees nothing outside it. One thread at a time."""

    folder: Path
    program: list[str] = field(default_factory=lambda: ["/katago"])

    def put(self, file: Path, place: str) -> None:
        """Copies the file to the place, a path from the root."""
        target = self.folder / place.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)

    def run(self, *arguments: str, given: str = "") -> str:
        """What the engine prints. Raises ReleaseError."""
        enter = ["chroot", str(self.folder)]
        if os.geteuid() != 0:
            enter = ["unshare", "--map-root-user", "--root", str(self.folder)]
        return _output("in a bare folder", [*enter, *self.program, *arguments], given)

    def run_filtered(self, where: str, refuse: Callable[[], None], *arguments: str, given: str = "") -> str:
        """The same under a filter of system calls; not in the root: chroot would be ended."""
        command = [str(self.folder / "katago"), *arguments]
        return _output(where, command, given, cwd=self.folder, preexec_fn=refuse)


def _output(where: str, command: list[str], given: str, **options: Any) -> str:
    run = subprocess.run(
        command,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={"PATH": os.environ["PATH"]},
        **options,
    )
    if run.returncode != 0:
        said = (run.stdout + run.stderr).strip()
        raise ReleaseError(f"{where}: {' '.join(command)}: status {run.returncode}: {said}")
    return run.stdout


def is_foreign(target: Target) -> bool:
    """Whether this machine needs qemu to run it."""
    return platform.machine() != _MACHINES[target.arch]


def emulator_of(target: Target) -> Path | None:
    """qemu's program, None where this machine runs the target itself. Raises ReleaseError where it is missing."""
    if not is_foreign(target):
        return None
    for name in (f"{target.emulator}-static", target.emulator):
        if found := shutil.which(name):
            return Path(found)
    raise ReleaseError(
        f"{target.name}: {target.emulator} is missing: run  sh scripts/setup.sh --release, or --skip-foreign"
    )


def try_binary(binary: Path, target: Target, sysroot: Path, network: Path, revision: str) -> list[str]:
    """Version, a game and a query; returns what was seen. Raises ReleaseError."""
    emulator = emulator_of(target)
    with tempfile.TemporaryDirectory(prefix="katago-release-") as folder:
        root = BareRoot(Path(folder))
        root.put(binary, "/katago")
        root.put(network, f"/{network.name}")
        _put_c_library(root, binary, target, sysroot)
        if emulator:
            _put_emulator(root, emulator)
            root.program = ["/qemu", "-cpu", target.core, "/katago"]
        seen = [
            f"in a bare folder{f' under {emulator.name} as {target.core}' if emulator else ''}:",
            _check_version(root, revision),
            f"game: {_moves_of(root.run(*_game(f'/{network.name}'), given=_GAME))}",
            _check_query(root, f"/{network.name}"),
        ]
        filters = refusals.filters(target.arch) if target.is_static and not emulator else {}
        for where, refuse in filters.items():
            said = root.run_filtered(where, refuse, *_game(network.name), given=_GAME)
            seen.append(f"game, {where}: {_moves_of(said)}")
        return seen


def _put_c_library(root: BareRoot, binary: Path, target: Target, sysroot: Path) -> None:
    asked = elf.read_binary(binary)
    for name in asked.needed:
        root.put((sysroot / "lib" / target.triple / name).resolve(), f"/lib/{target.triple}/{name}")
    if asked.interpreter:
        loader = Path(asked.interpreter).name
        root.put((sysroot / "lib" / target.triple / loader).resolve(), asked.interpreter)


def _put_emulator(root: BareRoot, emulator: Path) -> None:
    root.put(emulator, "/qemu")
    listed = subprocess.run(["ldd", str(emulator)], capture_output=True, text=True, check=False)
    for library in re.findall(r"(/\S+) \(0x", listed.stdout):  # none, of a static one
        root.put(Path(library).resolve(), library)


def _check_version(root: BareRoot, revision: str) -> str:
    text = root.run("version")
    if f"Git revision: {revision}\n" not in text:
        raise ReleaseError(f"katago version says\n{text}wanted: Git revision: {revision}")
    kernels = re.search(r"^Backend cpu: (.*)$", text, re.MULTILINE)
    return f"version: {kernels.group(1) if kernels else text.splitlines()[0]}"


def _game(network: str) -> list[str]:
    return ["gtp", "-model", network, "-override-config", _SETTINGS]


def _moves_of(said: str) -> str:
    played = re.findall(r"^= ([A-HJ][1-9]|pass)$", said, re.MULTILINE)
    if len(played) != _MOVES:
        raise ReleaseError(f"a game over GTP: {len(played)} moves, wanted: {_MOVES}; it said\n{said}")
    return " ".join(played)


def _check_query(root: BareRoot, network: str) -> str:
    said = root.run("analysis", "-model", network, given=json.dumps(_QUERY) + "\n")
    try:
        info = json.loads(said)["rootInfo"]
    except (ValueError, KeyError) as error:
        raise ReleaseError(f"an analysis query: {error}; it said\n{said}") from error
    return f"query: {info['visits']} visits"
