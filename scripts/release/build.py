# SPDX-License-Identifier: MIT
"""Builds a target's binary, checks what it asks for, and packs it."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import elf, parts
from .targets import SYSROOT_RELEASE, TARGETS, ReleaseError, Target
from .tree import Tree


@dataclass(frozen=True)
class BuildOptions:
    output: Path  # where the files of the release go
    sysroots: Path  # folder of sysroots, which are made there where they are missing
    xnnpack: Path | None = None  # source of XNNPACK, to be built in
    jobs: int = 1
    cached: bool = True  # by ccache, where it is installed


def file_name(target: Target, revision: str) -> str:
    """Of a target's files, without their endings."""
    return f"katago-{revision.replace('/', '-')}-{target.name}"


def build(tree: Tree, target: Target, options: BuildOptions) -> Path:
    """The binary, stripped and checked. Raises ReleaseError."""
    sysroot = _sysroot(tree, target, options)
    # In a folder of the tree, because a compiler's command, and so its cache, has the path in it.
    folder = tree.root / "build" / f"release-{target.name}"
    configure(tree, target, options, sysroot, folder)
    cache = {} if options.cached else {"CCACHE_DISABLE": "1"}
    tree.run("cmake", "--build", folder, "--parallel", str(options.jobs), "--target", "katago", environment=cache)
    binary = folder / "release/katago"
    binary.parent.mkdir(exist_ok=True)
    # The build's number is made of everything, local symbols too, some of which GCC names at random.
    tree.run(_strip(target), "--remove-section=.note.gnu.build-id", "-o", binary, folder / "katago")
    check_binary(binary, target)
    return binary


def configure(tree: Tree, target: Target, options: BuildOptions, sysroot: Path, folder: Path) -> None:
    """Configures the folder afresh: CMake takes flags of an earlier time, and what its parts looked for, from its cache."""
    (folder / "CMakeCache.txt").unlink(missing_ok=True)
    command = ["cmake", "-S", ".", "-B", folder, "--toolchain", f"toolchains/{target.toolchain}.cmake"]
    if shutil.which("ninja"):
        command += ["-G", "Ninja"]
    command += [
        f"-DKATAGO_SYSROOT={sysroot}",
        f"-DKATAGO_REVISION={tree.revision}",
        "-DKATAGO_TESTS=OFF",
        # They come before what a file includes, and so change the order of what is compiled; and with ccache there are none.
        "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON",
        *target.options,
    ]
    if options.xnnpack:
        command += ["-DKATAGO_XNNPACK=ON", f"-DXNNPACK_SOURCE_DIR={options.xnnpack}"]
    else:
        command += ["-DKATAGO_XNNPACK=OFF"]
    flags = " ".join(path_maps(tree.root, folder, options.xnnpack))
    tree.run(*command, environment={"CFLAGS": flags, "CXXFLAGS": flags})


def path_maps(root: Path, folder: Path, xnnpack: Path | None) -> list[str]:
    """Options of the compiler that keep paths of this machine out of what is built in the folder. CMake names files by
    absolute paths, which a compiler's cache may turn into relative ones: both become the same."""
    names = {root: "."} | ({xnnpack.parent: "xnnpack-source"} if xnnpack else {})
    return [
        f"-ffile-prefix-map={spelling}={name}"
        for place, name in names.items()
        for spelling in (place, os.path.relpath(place, folder))
    ]


def check_binary(binary: Path, target: Target) -> None:
    """Raises ReleaseError where it asks for more than the target's systems have."""
    faults = elf.faults_of(elf.read_binary(binary), target)
    if faults:
        raise ReleaseError(f"{target.name}: {binary}: {'; '.join(faults)}")


def pack(tree: Tree, target: Target, binary: Path, options: BuildOptions) -> Path:
    """The archive, with the Debian package and the list of parts beside it."""
    name = file_name(target, tree.revision)
    packages = parts.read_packages(options.sysroots / target.sysroot_name / "packages")
    if options.xnnpack:
        packages |= parts.read_packages(options.xnnpack.parent / "packages")
    linker_map = (binary.parents[1] / "katago.map").read_text(encoding="utf-8", errors="replace")
    copyright_text = (tree.root / "scripts/deploy/copyright").read_text(encoding="utf-8")
    found = parts.parts_of(linker_map, packages, copyright_text, has_vulkan=not target.is_static)
    options.output.mkdir(parents=True, exist_ok=True)
    listing = options.output / f"{name}.cdx.json"
    listing.write_text(parts.cyclonedx(found, name, tree.revision, tree.epoch), encoding="utf-8")
    command = ["sh", "scripts/deploy/package.sh", "--binary", binary, "--arch", target.arch, "--static"]
    command += ["--output", options.output, "--file-name", name, "--parts", listing]
    tree.run(*command, environment={"STRIP": _strip(target)})
    return options.output / f"{name}.tar.gz"


def write_sums(folder: Path, revision: str) -> Path:
    """SHA256SUMS of the release's files in the folder, as sha256sum --check reads it."""
    sums = folder / "SHA256SUMS"
    prefix = file_name(TARGETS[0], revision).removesuffix(TARGETS[0].name)
    files = sorted(file for file in folder.iterdir() if file.name.startswith(prefix))
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    sums.write_text("".join(lines), encoding="utf-8")
    return sums


def _strip(target: Target) -> str:
    return f"{target.triple}-strip"


def _sysroot(tree: Tree, target: Target, options: BuildOptions) -> Path:
    for tool in (f"{target.triple}-g++", f"{target.triple}-strip"):
        if not shutil.which(tool):
            raise ReleaseError(f"{target.name}: {tool} is missing: run  sh scripts/setup.sh --release")
    sysroot = options.sysroots / target.sysroot_name
    if not sysroot.exists():
        command = ["sh", "scripts/sysroot.sh", "--release", SYSROOT_RELEASE, "--arch", target.arch, "--output", sysroot]
        tree.run(*command, environment={"CXX": os.environ.get("CXX", f"{target.triple}-g++")})
    return sysroot
