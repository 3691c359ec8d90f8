# SPDX-License-Identifier: MIT
"""The kinds of system that a release has a binary for."""

from __future__ import annotations

from dataclasses import dataclass

# The distribution that has the C library of all targets, glibc 2.31. Static ones hold that one too: it calls the least
# of what Android refuses (src/linkage/static_start.cpp), and one for all spares sysroots and compiling.
SYSROOT_RELEASE = "bullseye"


class ReleaseError(Exception):
    """The release cannot be made; the text names the thing, what was found and what was wanted."""


@dataclass(frozen=True)
class Target:
    """A row of TARGETS. Immutable."""

    name: str  # part of the files' names
    arch: str  # as Debian calls it
    triple: str  # of the compiler
    toolchain: str  # toolchains/<toolchain>.cmake
    machine: str  # as the header of an ELF file has it
    loader: str  # where the dynamic loader lies, of those that have one
    emulator: str  # qemu's program for it
    core: str  # that qemu plays: the oldest that the binary is for
    newest_glibc: str = ""  # the newest version of symbols it may ask for; "": it holds the C library and asks for none

    @property
    def is_static(self) -> bool:
        return not self.newest_glibc

    @property
    def sysroot_name(self) -> str:
        """As scripts/sysroot.sh calls its folder."""
        return SYSROOT_RELEASE if self.arch == "arm64" else f"{SYSROOT_RELEASE}-{self.arch}"

    @property
    def options(self) -> tuple[str, ...]:
        """Of CMake. A released binary holds XNNPACK or does without: whose it were where it runs, nobody knows."""
        if self.is_static:
            return ("-DKATAGO_STATIC=ON",)
        return ("-DKATAGO_STATIC_RUNTIME=ON", "-DKATAGO_VULKAN=ON")


_AMD64 = ("amd64", "x86_64-linux-gnu", "x86_64")
_ARM64 = ("arm64", "aarch64-linux-gnu", "aarch64")
_ARMHF = ("armhf", "arm-linux-gnueabihf", "armhf")
_X86_RUN = ("Advanced Micro Devices X86-64", "/lib64/ld-linux-x86-64.so.2", "qemu-x86_64", "Westmere")
_A64_RUN = ("AArch64", "/lib/ld-linux-aarch64.so.1", "qemu-aarch64", "cortex-a53")
_A32_RUN = ("ARM", "/lib/ld-linux-armhf.so.3", "qemu-arm", "cortex-a7")

TARGETS = (
    Target("linux-amd64", *_AMD64, *_X86_RUN),
    Target("linux-arm64", *_ARM64, *_A64_RUN),
    Target("linux-armhf", *_ARMHF, *_A32_RUN),
    Target("linux-amd64-gpu", *_AMD64, *_X86_RUN, "2.31"),
    Target("linux-arm64-gpu", *_ARM64, *_A64_RUN, "2.31"),
)


def find_target(name: str) -> Target:
    """Raises ReleaseError."""
    for target in TARGETS:
        if target.name == name:
            return target
    known = ", ".join(target.name for target in TARGETS)
    raise ReleaseError(f"unknown target '{name}', must be one of {known}")
