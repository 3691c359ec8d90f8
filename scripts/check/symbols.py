# SPDX-License-Identifier: MIT
"""Symbols of the instruction sets: the linker cannot hand the code of one to a processor that lacks it.

Of an inline function or a template that several files use the linker keeps one copy, whichever file it is from. So a
file that is compiled for an instruction set defines nothing but its entry, which is called after a check of the
processor; eigen_avx2 and the like also a copy of Eigen, in a namespace that has the file's name. Nor does it run
anything when the program starts. The objects are read with `nm`, after the build.

Usage: python3 -m check.symbols NM ARCHIVE UNIT...    UNIT: a file's name without its ending
"""

from __future__ import annotations

import re
import subprocess
import sys

MEMBER = re.compile(r"^(\S+)\.cpp\.o(?:bj)?:$")
DEFINED = re.compile(r"^[0-9a-f]+ ([A-Za-z]) (\S+)$")  # what is not defined has no address
AT_START = re.compile(r"^_GLOBAL__(?:sub_)?[ID]_?")
# A pointer to the language's handler of exceptions: data, the same in all objects.
SHARED_DATA = {"DW.ref.__gxx_personality_v0"}

Symbols = dict[str, list[tuple[str, str]]]


def symbols_of(listing: str) -> Symbols:
    """What `nm ARCHIVE` prints, as kind and name of the symbols that each member defines."""
    members: Symbols = {}
    symbols: list[tuple[str, str]] = []
    for line in listing.splitlines():
        if member := MEMBER.match(line):
            symbols = members.setdefault(member.group(1), [])
        elif symbol := DEFINED.match(line):
            symbols.append((symbol.group(1), symbol.group(2)))
    return members


def unit_faults(unit: str, symbols: list[tuple[str, str]]) -> list[str]:
    namespace = unit.replace("eigen_", "Eigen_")
    own_eigen = f"{len(namespace)}{namespace}" if namespace != unit else None  # as the compiler spells it in a name
    faults = []
    entries = []
    for kind, name in symbols:
        if AT_START.match(name):
            faults.append(f"{unit}: {name} runs when the program starts, before any check of the processor")
        elif kind in "VWu" and not (own_eigen and own_eigen in name) and name not in SHARED_DATA:
            faults.append(f"{unit}: {name} may take the place of the same function of another file")
        elif kind.isupper() and kind not in "VW":
            entries.append(name)
    if len(entries) > 1:
        faults.append(f"{unit}: defines {', '.join(entries)}; its entry alone is to be seen from outside")
    return faults


def archive_faults(listing: str, units: list[str]) -> list[str]:
    members = symbols_of(listing)
    missing = [f"{unit}: the archive has no such member" for unit in units if unit not in members]
    return missing + [fault for unit in units for fault in unit_faults(unit, members.get(unit, []))]


def main() -> int:
    nm, archive, *units = sys.argv[1:]
    listing = subprocess.run([nm, archive], capture_output=True, text=True, check=True).stdout
    faults = archive_faults(listing, units)
    for fault in faults:
        print(fault)
    print(f"symbols: {len(units)} units, {len(faults)} faults")
    return 1 if faults or not units else 0


if __name__ == "__main__":
    sys.exit(main())
