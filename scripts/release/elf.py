# SPDX-License-Identifier: MIT
"""What a binary asks of the system that it runs on, as readelf tells it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .targets import ReleaseError, Target

# The parts of the C library, of which a released dynamic binary may ask.
C_LIBRARY = re.compile(r"^(lib(c|m|pthread|dl|rt)\.so\.\d+|ld-linux.*)$")


@dataclass(frozen=True)
class Binary:
    """Immutable."""

    machine: str
    interpreter: str  # "": none
    needed: tuple[str, ...]  # shared libraries
    symbols: tuple[tuple[str, str], ...]  # asked for: a name, and of which version, "GLIBC_2.17"


def read_binary(file: Path) -> Binary:
    """Raises ReleaseError."""
    header, program, dynamic = (_readelf(file, option) for option in ("-h", "-l", "-d"))
    machine = re.search(r"^ *Machine: +(.*)$", header, re.MULTILINE)
    interpreter = re.search(r"program interpreter: (.*)\]", program)
    symbols = re.findall(r" UND ([\w.]+)@(\w[\w.]*)", _readelf(file, "--dyn-syms"))
    return Binary(
        machine.group(1).strip() if machine else "",
        interpreter.group(1) if interpreter else "",
        tuple(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)),
        tuple(sorted(set(symbols))),
    )


def faults_of(binary: Binary, target: Target) -> list[str]:
    """What the binary asks for and the systems that the target is for need not have."""
    faults = []
    if binary.machine != target.machine:
        faults.append(f"it is for the machine '{binary.machine}', wanted: {target.machine}")
    if target.is_static:
        asked = [name for name in (binary.interpreter, *binary.needed) if name]
        if asked:
            faults.append(f"it asks for {', '.join(asked)}, wanted: nothing, since it is to be static")
        return faults
    if binary.interpreter != target.loader:
        faults.append(f"its dynamic loader is '{binary.interpreter}', wanted: {target.loader}")
    foreign = [name for name in binary.needed if not C_LIBRARY.match(name)]
    if foreign:
        faults.append(f"it asks for {', '.join(foreign)}, wanted: the C library alone")
    newer = [f"{name}@{version}" for name, version in binary.symbols if _is_newer(version, target.newest_glibc)]
    if newer:
        faults.append(f"it asks for {', '.join(newer)}, wanted: none newer than GLIBC_{target.newest_glibc}")
    return faults


def _is_newer(version: str, newest_glibc: str) -> bool:
    number = re.fullmatch(r"GLIBC_(\d+(?:\.\d+)*)", version)
    return not number or _key(number.group(1)) > _key(newest_glibc)


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _readelf(file: Path, option: str) -> str:
    run = subprocess.run(
        ["readelf", "--wide", option, str(file)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )
    if run.returncode != 0 or "Error:" in run.stderr:
        raise ReleaseError(f"{file}: readelf cannot read it: {run.stderr.strip()}")
    return run.stdout
