#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processors of the past, as qemu makes them up: on each the engine finds the kernels that it can run, and plays.

Exit status 77 where qemu is missing.

Usage: processors.py ENGINE MODEL
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile

from engine import require, run

# What each of qemu's processors has at most.
SETS = {"Conroe": "SSE2", "Penryn": "SSE4.1", "SandyBridge": "SSE4.1", "Haswell": "AVX2"}
SECONDS = 120
SKIPPED = 77


def answer_on(processor: str, arguments: list[str], said: str, home: str) -> str:
    """What the engine writes to standard output, on this processor, with an empty home."""
    command = ["qemu-x86_64", "-cpu", processor, sys.argv[1], *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "KATAGO_CPU_FEATURES"} | {"HOME": home}
    done = subprocess.run(
        command, input=said, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    require(done.returncode >= 0, f"{processor}: the engine was ended by signal {-done.returncode}")
    return done.stdout


def finds_kernels(processor: str, instruction_set: str, home: str) -> None:
    report = answer_on(processor, ["doctor", "-model", sys.argv[2]], "", home)
    line = next((line for line in report.splitlines() if "kernels: backend cpu" in line), "")
    require(f"matrix products, {instruction_set};" in line, f"{processor}: expected {instruction_set}, found: {line}")


def plays(processor: str, home: str) -> None:
    settings = "nnKernels=own,numSearchThreads=1,maxVisits=2,logToStderr=false"
    arguments = ["gtp", "-model", sys.argv[2], "-override-config", settings]
    answers = answer_on(processor, arguments, "boardsize 7\ngenmove b\nquit\n", home).split("\n\n")
    require(len(answers) > 1 and answers[1].startswith("= "), f"{processor}: genmove was answered {answers}")


def session() -> None:
    with tempfile.TemporaryDirectory() as home:
        for processor, instruction_set in SETS.items():
            finds_kernels(processor, instruction_set, home)
            plays(processor, home)
            print(f"{processor}: {instruction_set}")


if __name__ == "__main__":
    if shutil.which("qemu-x86_64") is None:
        print("SKIPPED: processors.py needs qemu-x86_64")
        sys.exit(SKIPPED)
    run("processors", session)
