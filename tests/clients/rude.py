#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A client without manners: sends junk, half a line, or nothing, stops reading, leaves in the middle of an analysis,
starts the engine without a network. Each time the engine must answer or end, and not be busy for nobody.
Usage: rude.py ENGINE MODEL
"""

from __future__ import annotations

import os
import pathlib
import random
import signal
import sys
import time

from engine import Engine, require, run

END_SECONDS = 30
IDLE_SECONDS = 1
IDLE_TICKS_ALLOWED = 3


def start(overrides: str = "", model: str | None = None) -> Engine:
    settings = "nnPrecision=fp32,numSearchThreads=1,nnCacheSizePowerOfTwo=12," + overrides
    return Engine([sys.argv[1], "gtp", "-model", model or sys.argv[2], "-override-config", settings])


def ends_with(engine: Engine, status: int, what: str) -> None:
    found = engine.finish(END_SECONDS)
    require(found == status, f"{what}: exit status {found}, expected {status}; {engine.errors[-3:]}")


def ticks(pid: int) -> int:
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    return sum(int(field) for field in stat.rpartition(")")[2].split()[11:13])


def is_idle(pid: int, what: str) -> None:
    before = ticks(pid)
    time.sleep(IDLE_SECONDS)
    require(ticks(pid) - before <= IDLE_TICKS_ALLOWED, f"{what}: the engine is busy")


def wait_for_report(engine: Engine) -> None:
    while not engine.line().startswith("info "):
        pass


def half_a_line() -> None:
    engine = start()
    engine.send("name\r\n5 protocol_version", end="")
    require(engine.response() == ["= KataGo"], "a line with CRLF")
    ends_with(engine, 0, "half a line")
    require(engine.response() == ["=5 2"], "half a line at the end of input")


def junk() -> None:
    engine = start()
    rng = random.Random(1)
    assert engine.process.stdin
    for size in (10, 1000, 3_000_000):
        noise = bytes(rng.randrange(128, 256) if rng.random() < 0.5 else rng.randrange(32) for _ in range(size))
        engine.process.stdin.write(noise.replace(b"\n", b"") + b"\n")
    engine.send("9 " + "x" * 2_000_000)
    engine.send("10 name")
    while (lines := engine.response()) != ["=10 KataGo"]:
        require(lines[0].startswith("?"), f"junk was answered {lines[0][:80]}")
    ends_with(engine, 0, "junk")


def leaves_during_analysis() -> None:
    engine = start()
    engine.send("1 kata-analyze b 1")
    wait_for_report(engine)
    ends_with(engine, 0, "the end of input during an analysis")


def stops_reading() -> None:
    engine = Engine(["sh", "-c", f"'{sys.argv[1]}' gtp -model '{sys.argv[2]}' | head -n 3"])
    engine.send("kata-analyze b 1")
    wait_for_report(engine)
    # The input stays open; the status is that of head, the shell waits for both.
    require(engine.process.wait(END_SECONDS) == 0, "the exit status of head")
    ends_with(engine, 0, "nobody reading")
    require("Uncaught exception: standard output was closed" in engine.errors, f"said only {engine.errors}")


def asks_without_end() -> None:
    engine = start("analyzeMaxVisits=20")
    engine.send("1 kata-analyze b 100000 rootInfo true")
    wait_for_report(engine)
    is_idle(engine.process.pid, "an analysis that has reached its limit")
    engine.send("2 quit")
    require(engine.response() == [] and engine.response() == ["=2 "], "quit during an analysis")
    ends_with(engine, 0, "quit during an analysis")


def terminates() -> None:
    engine = start("maxVisits=100000000,maxTime=1000")
    engine.send("genmove b")
    time.sleep(0.3)
    engine.process.send_signal(signal.SIGTERM)
    ends_with(engine, -signal.SIGTERM, "SIGTERM during a search")


def starts_without_network() -> None:
    missing = "/nowhere/net.bin.gz"
    engine = start(model=missing)
    reason = f"Could not open file {missing} - does not exist or invalid permissions?"
    for command in ("1 name", "2 kata-analyze b 10"):
        engine.send(command)
        require(
            engine.response() == [f"?{command[0]} KataGo could not start: {reason}"], "the reason of a failed start"
        )
    is_idle(engine.process.pid, "an engine that could not start")
    engine.send("3 quit")
    require(engine.response() == ["=3 "], "quit after a failed start")
    ends_with(engine, 1, "a failed start")
    require(engine.errors == [f"Uncaught exception: {reason}"], f"stderr of a failed start: {engine.errors}")


def session() -> None:
    require(os.path.exists("/proc/self/stat"), "needs /proc")
    for scene in (half_a_line, junk, leaves_during_analysis, stops_reading, asks_without_end, terminates,
                  starts_without_network):  # fmt: skip
        scene()


if __name__ == "__main__":
    run("rude", session)
