#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the rules of the source tree that a compiler does not: who may include whom, sizes, first lines, stdout."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A folder includes itself and folders of lower numbers; folders that share a number do not know each other.
LAYERS = {
    "core": 0,
    "game": 1,
    "nn": 1,
    "backend": 2,
    "eval": 3,
    "quant": 3,
    "search": 4,
    "protocol": 5,
    "report": 5,
    "engine": 6,
    "play": 7,
    "command": 8,
}
MAX_LINES = 600
# Third-party headers and the only folders whose files may see them.
CONFINED = {"Eigen/": ("backend/cpu", "quant"), "doctest/": ()}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
STDOUT = re.compile(r"\bstd::cout\b|(?<![\w:])(?:std::)?(?:printf|puts|putchar)\s*\(|\bstdout\b")
EXIT = re.compile(r"(?<![\w.>])(?:std::)?_?(?:quick_)?exit\s*\(")


def may_include(user: str, used: str) -> bool:
    return user == used or LAYERS[used] < LAYERS[user]


def check_includes(name: str, folder: str, number: int, line: str, is_test: bool) -> list[str]:
    match = INCLUDE.match(line)
    if not match:
        return []
    own, system = match.groups()
    faults = []
    if own and "/" in own:
        used = own.split("/")[0]
        if used not in LAYERS:
            faults.append(f'{name}:{number}: includes "{own}", which is in no folder of src/')
        elif folder in LAYERS and not may_include(folder, used):
            faults.append(f"{name}:{number}: {folder}/ may not include {used}/")
    if system and not is_test:
        for prefix, homes in CONFINED.items():
            if system.startswith(prefix) and not any(name.startswith(f"src/{home}") for home in homes):
                faults.append(f"{name}:{number}: <{system}> does not belong here")
    return faults


def check_file(path: Path) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    parts = name.split("/")
    is_test = parts[0] == "tests"
    folder = parts[1] if len(parts) > 2 else ""
    lines = path.read_text(encoding="utf-8").splitlines()
    faults = []
    if not lines or lines[0] != "// SPDX-License-Identifier: MIT":
        faults.append(f"{name}: the first line is not the SPDX line")
    if path.suffix == ".h" and "#pragma once" not in lines:
        faults.append(f"{name}: no #pragma once")
    if len(lines) > MAX_LINES:
        faults.append(f"{name}: {len(lines)} lines; split it, {MAX_LINES} is the limit")
    if not is_test and folder and folder not in LAYERS:
        faults.append(f"{name}: src/{folder}/ has no place in LAYERS of {Path(__file__).name}")
    for number, line in enumerate(lines, 1):
        faults += check_includes(name, folder, number, line, is_test)
        code = line.split("//")[0]
        if not is_test and folder and folder != "command" and STDOUT.search(code):
            faults.append(f"{name}:{number}: only command/ writes to stdout")
        if not is_test and folder and EXIT.search(code):
            faults.append(f"{name}:{number}: only main exits")
    return faults


def main() -> int:
    files = sorted(p for top in ("src", "tests") for p in (ROOT / top).rglob("*") if p.suffix in (".h", ".cpp"))
    faults = [fault for path in files for fault in check_file(path)]
    for fault in faults:
        print(fault)
    print(f"layering: {len(files)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
