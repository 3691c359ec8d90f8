# SPDX-License-Identifier: MIT
"""The list of parts of a binary (name, version, licence), as CycloneDX has it: from the linker's map, which says whose
objects are in it; the versions from the sysroot's list of packages; the licences from scripts/deploy/copyright."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path

from .targets import ReleaseError


@dataclass(frozen=True)
class Part:
    name: str  # as scripts/deploy/copyright calls it
    version: str
    licence: str  # SPDX expression


# Whose an archive is that the linker took objects from, and the package that it is from, as an expression.
_ARCHIVES = {
    "libz.a": ("zlib", "zlib1g-dev"),
    "libstdc++.a": ("libstdc++", r"libstdc\+\+-\d+-dev"),
    "libgcc.a": ("libgcc", r"libgcc-\d+-dev"),
    "libgcc_eh.a": ("libgcc", r"libgcc-\d+-dev"),
    **dict.fromkeys(("libc.a", "libm.a", "libmvec.a", "libpthread.a", "libdl.a", "librt.a"), ("glibc", "libc6-dev")),
    "libc_nonshared.a": ("glibc", "libc6-dev"),
    "libXNNPACK.a": ("xnnpack", "xnnpack"),
    "libmicrokernels-prod.a": ("xnnpack", "xnnpack"),
    "libpthreadpool.a": ("pthreadpool", "pthreadpool"),
    "libcpuinfo.a": ("cpuinfo", "cpuinfo"),
}
# Libraries of headers alone, of which no archive tells.
_HEADERS = {"nlohmann-json": "nlohmann-json3-dev", "eigen": "libeigen3-dev"}
_VULKAN_HEADERS = {"vulkan-headers": "libvulkan-dev"}
# Licences, as Debian names them, in SPDX's words.
_SPDX = {
    "Expat": "MIT",
    "MPL-2.0": "MPL-2.0",
    "Zlib": "Zlib",
    "BSD-2-clause": "BSD-2-Clause",
    "BSD-3-clause": "BSD-3-Clause",
    "Apache-2.0": "Apache-2.0",
    "LGPL-2.1+": "LGPL-2.1-or-later",
    "GPL-3+ with GCC Runtime Library Exception": "GPL-3.0-or-later WITH GCC-exception-3.1",
}


def linked_archives(linker_map: str) -> set[str]:
    """The names of the archives of which an object is in the binary, the engine's own aside."""
    used = linker_map.partition("\nDiscarded input sections")[0]
    found = re.findall(r"^(\S+\.a)\([^)]*\)$", used, re.MULTILINE)
    # Of one archive, x86-64's libm-2.31.a, the name has the version.
    names = (re.sub(r"-[\d.]+\.a$", ".a", path.rsplit("/", 1)[-1]) for path in found)
    return {name for name in names if not name.startswith("libkatago_")}


def read_packages(file: Path) -> dict[str, str]:
    """Names and versions from the list of a sysroot, or of XNNPACK's sources. Raises ReleaseError."""
    if not file.is_file():
        raise ReleaseError(f"{file} is missing: an older script made this folder; remove it, to have it made again")
    return dict(line.split() for line in file.read_text(encoding="utf-8").splitlines())


def licences(copyright_text: str) -> dict[str, str]:
    """The licence of each part, as scripts/deploy/copyright has it."""
    found = {}
    for paragraph in copyright_text.split("\n\n"):
        files = re.search(r"^Files: (.*)$", paragraph, re.MULTILINE)
        licence = re.search(r"^License: (.*)$", paragraph, re.MULTILINE)
        for name in re.findall(r"part/(\S+)", files.group(1) if files else ""):
            if licence is None or licence.group(1) not in _SPDX:
                raise ReleaseError(f"scripts/deploy/copyright: part/{name}: no licence that this script knows")
            found[name] = _SPDX[licence.group(1)]
    return found


def parts_of(linker_map: str, packages: dict[str, str], copyright_text: str, has_vulkan: bool) -> list[Part]:
    """The parts, sorted by name. Raises ReleaseError for an archive that is in no table."""
    wanted: dict[str, str] = _HEADERS | (_VULKAN_HEADERS if has_vulkan else {})
    for archive in linked_archives(linker_map):
        if archive not in _ARCHIVES:
            raise ReleaseError(
                f"{archive} is linked in, and neither its licence nor its version is known: see release/parts.py"
            )
        name, package = _ARCHIVES[archive]
        wanted[name] = package
    if "xnnpack" in wanted:
        wanted["fxdiv"] = "fxdiv"
    licence_of = licences(copyright_text)
    unlicensed = sorted(set(wanted) - set(licence_of))
    if unlicensed:
        raise ReleaseError(f"scripts/deploy/copyright says nothing of {', '.join(unlicensed)}")
    return [
        Part(name, version, licence_of[name])
        for name in sorted(wanted)
        for version in _versions(name, wanted[name], packages)
    ]


def _versions(name: str, package: str, packages: dict[str, str]) -> list[str]:
    """More than one of libgcc, where the unwinder is an older compiler's (scripts/sysroot.sh)."""
    found = sorted({version for candidate, version in packages.items() if re.fullmatch(package, candidate)})
    if not found:
        raise ReleaseError(f"the lists of packages have no {package}, which {name} is from")
    return found


def cyclonedx(parts: list[Part], binary_name: str, revision: str, epoch: int) -> str:
    """The list as CycloneDX 1.5, JSON."""
    components = [
        {"type": "library", "name": part.name, "version": part.version, "licenses": [{"expression": part.licence}]}
        for part in parts
    ]
    itself = {"type": "application", "name": binary_name, "version": revision, "licenses": [{"expression": "MIT"}]}
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
    content = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1}
    content |= {"metadata": {"timestamp": stamp, "component": itself}, "components": components}
    return json.dumps(content, indent=2) + "\n"
