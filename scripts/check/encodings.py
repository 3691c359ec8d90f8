# SPDX-License-Identifier: MIT
"""Encodings of x86's instruction sets: no processor is given an instruction of a form that it lacks.

An instruction of AVX or AVX2 begins with a VEX prefix, one of AVX-512 with an EVEX prefix, and what is older with
neither. So a file that is compiled for an instruction set has none of a later form. AVX-VNNI's dot products exist in
both forms, and the assembler takes EVEX where nobody names one, which processors without AVX-512 do not know: the file
for them must have some in VEX. The objects are disassembled with `objdump`, after the build.

Usage: python3 -m check.encodings OBJDUMP ARCHIVE
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable

MEMBER = re.compile(r"^(\S+)\.cpp\.o(?:bj)?: +file format")
INSTRUCTION = re.compile(r"^ *[0-9a-f]+:\t((?:[0-9a-f]{2} )+) *\t(?:\{e?vex\} )?(\S+)")
# Before a VEX or EVEX prefix only these may stand: of a segment, and of the size of addresses.
BEFORE = {"26", "2e", "36", "3e", "64", "65", "67"}
FORMS = {"c4": "VEX", "c5": "VEX", "62": "EVEX"}  # by the first byte of a prefix; in 64-bit code it means nothing else

# What each set's file, and that of its Eigen, may have beside the oldest form.
ALLOWED: dict[str, set[str]] = {
    "portable": set(),
    "sse41": set(),
    "avx2": {"VEX"},
    "avxvnni": {"VEX"},
    "avx512": {"VEX", "EVEX"},
    "avx512vnni": {"VEX", "EVEX"},
}
# What each file is there for.
WANTED = {"sse41": {"pmaddwd"}, "avx2": {"vpmaddwd"}, "avxvnni": {"vpdpwssd", "vpdpbusd"}}


def form_of(code: list[str]) -> str:
    first = next((byte for byte in code if byte not in BEFORE), "")
    return FORMS.get(first, "")


def encoding_faults(listing: Iterable[str]) -> list[str]:
    """What is wrong with the instructions that `objdump -dw ARCHIVE` lists."""
    faults: dict[tuple[str, str], str] = {}
    names: dict[str, set[str]] = {}
    unit = ""
    for line in listing:
        if member := MEMBER.match(line):
            unit = member.group(1).removeprefix("eigen_")
            unit = unit if unit in ALLOWED else ""
            names.setdefault(unit, set())
        elif unit and (instruction := INSTRUCTION.match(line)):
            code, name = instruction.group(1).split(), instruction.group(2)
            form = form_of(code)
            names[unit].add(name)
            if form and form not in ALLOWED[unit]:
                faults.setdefault((unit, name), f"{unit}: {name} ({' '.join(code)}) is in {form} encoding")
    missing = [f"{unit}: the archive has no such member" for unit in ALLOWED if unit not in names]
    missing += [
        f"{unit}: has no {name}"
        for unit, wanted in WANTED.items()
        for name in sorted(wanted - names.get(unit, wanted))
    ]
    return missing + list(faults.values())


def main() -> int:
    objdump, archive = sys.argv[1:]
    listing = subprocess.run([objdump, "-dw", archive], capture_output=True, text=True, check=True).stdout
    faults = encoding_faults(listing.splitlines())
    for fault in faults:
        print(fault)
    print(f"encodings: {len(ALLOWED)} units, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
