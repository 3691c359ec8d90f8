#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A client that goes away, or a disk that is full: whatever the engine is doing, and though its input stays open, it must
end soon with exit status 1 and say why. Who has only said all that there is to say still gets the answers.
Usage: leaving.py ENGINE MODEL
"""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from engine import require, run

END_SECONDS = 30
LONG = 100_000_000
SETTINGS = "nnPrecision=fp32,numSearchThreads=1,nnCacheSizePowerOfTwo=12,numAnalysisThreads=2,logToStderr=false"
CLOSED = "Uncaught exception: standard output was closed"
FULL = "Uncaught exception: could not write to standard output: No space left on device"


def command_line(command: str, *options: str, overrides: str = "") -> list[str]:
    return [sys.argv[1], command, "-model", sys.argv[2], "-override-config", SETTINGS + overrides, *options]


def query(name: str, visits: int, every_s: float | None = None) -> str:
    fields = {"id": name, "moves": [], "rules": "chinese", "boardXSize": 9, "boardYSize": 9, "maxVisits": visits}
    if every_s:
        fields["reportDuringSearchEvery"] = every_s
    return json.dumps(fields)


def ends(process: subprocess.Popen[bytes], status: int, reason: str, what: str) -> None:
    try:
        found = process.wait(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        require(False, f"{what}: the engine did not end within {END_SECONDS} s")
    assert process.stderr
    said = process.stderr.read().decode().splitlines()
    require(found == status, f"{what}: exit status {found}, expected {status}; {said[-3:]}")
    require(reason in said or not reason, f"{what}: said {said[-3:]}, expected {reason}")


def leave(what: str, arguments: list[str], lines: list[str], until: Callable[[bytes], bool]) -> None:
    """Sends the lines, reads until that holds for what came, goes a moment later; the input stays open."""
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin and process.stdout
    process.stdin.write(("\n".join(lines) + "\n").encode())
    process.stdin.flush()
    said = b""
    while not until(said):
        piece = os.read(process.stdout.fileno(), 100)
        require(bool(piece), f"{what}: the output ended")
        said += piece
    time.sleep(0.5)
    process.stdout.close()
    ends(process, 1, CLOSED, what)


def after(mark: bytes) -> Callable[[bytes], bool]:
    return lambda said: mark in said


def leaves_analysis() -> None:
    arguments = command_line("analysis")
    queued = [query(f"q{i}", LONG) for i in range(200)]
    version = json.dumps({"id": "v", "action": "query_version"})
    leave("queries with reports", arguments, [query("r", LONG, 0.01), *queued], lambda said: len(said) > 200)
    leave("queries without reports", arguments, [*queued, version], after(b"query_version"))
    leave("an analysis engine at rest", arguments, [version], after(b"query_version"))


def leaves_gtp() -> None:
    slow = f",maxVisits={LONG},maxTime=1e6"
    leave("kata-analyze", command_line("gtp"), ["kata-analyze b 1"], after(b"info "))
    leave("kata-analyze without reports", command_line("gtp"), ["kata-analyze b"], after(b"=\n"))
    leave("genmove", command_line("gtp", overrides=slow), ["name", "genmove b"], after(b"KataGo"))
    cancellable = ["name", "kata-search_cancellable b"]
    leave("a cancellable search", command_line("gtp", overrides=slow), cancellable, after(b"KataGo"))
    measures = ["name", f"kata-benchmark {LONG}"]
    leave("kata-benchmark", command_line("gtp"), measures, after(b"KataGo"))
    ponders = f",ponderingEnabled=true,maxVisits=5,maxVisitsPondering={LONG},maxTimePondering=1e6"
    leave("pondering", command_line("gtp", overrides=ponders), ["genmove b"], after(b"\n\n"))


def writes_to_a_full_disk() -> None:
    if not os.path.exists("/dev/full"):
        return
    version = json.dumps({"id": "v", "action": "query_version"})
    scenes = [
        (command_line("analysis"), [query("q", LONG), version]),
        (command_line("analysis"), [query("q", LONG, 0.01)]),
        (command_line("gtp"), ["kata-analyze b 1"]),
        (command_line("gtp"), ["name"]),
        ([sys.argv[1], "info", "-model", sys.argv[2]], []),
        ([sys.argv[1], "version"], []),
    ]
    for arguments, lines in scenes:
        with open("/dev/full", "wb") as full:
            process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=full, stderr=subprocess.PIPE)
            assert process.stdin
            process.stdin.write("".join(line + "\n" for line in lines).encode())
            process.stdin.flush()
            ends(process, 1, FULL, f"{arguments[1]} on a full disk")


def connected_engine(lines: list[str]) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """What a super-server makes: an engine whose input and output are a connection, and its client."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        connection, _ = server.accept()
    with connection:
        arguments = command_line("analysis")
        process = subprocess.Popen(arguments, stdin=connection, stdout=connection, stderr=subprocess.PIPE)
    client.sendall("".join(line + "\n" for line in lines).encode())
    return process, client


def breaks_the_connection() -> None:
    for every_s in (None, 0.01):
        process, client = connected_engine([query("q", LONG, every_s), query("p", LONG)])
        time.sleep(2)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        ends(process, 1, CLOSED, "a connection that is broken off")


def has_said_all() -> None:
    process, client = connected_engine([query("q", 20), query("p", 30)])
    client.shutdown(socket.SHUT_WR)
    with client, client.makefile("rb") as answers:
        found = {json.loads(line)["id"] for line in answers}
    require(found == {"q", "p"}, f"answered after the end of the questions: {found}")
    ends(process, 0, "", "a client that has said all")


def leaves_commands() -> None:
    with tempfile.TemporaryDirectory() as name:
        game = Path(name) / "game.sgf"
        moves = "".join(f";{'BW'[i % 2]}[{chr(97 + i % 9)}{chr(97 + i // 9 * 2)}]" for i in range(40))
        game.write_text(f"(;GM[1]FF[4]SZ[9]KM[7]{moves})")
        leave("benchmark", command_line("benchmark", "-v", "5000"), [], after(b"Testing"))
        one = ",maxVisits=1,numGameThreads=2,numGamesTotal=1000000"
        leave("match", command_line("match", overrides=one), [], after(b"seed"))
        leave("evaluate", command_line("evaluate", "-games", str(game), "-positions", "100000"), [], after(b"{"))


def session() -> None:
    for scene in (leaves_analysis, leaves_gtp, writes_to_a_full_disk, breaks_the_connection, has_said_all,
                  leaves_commands):  # fmt: skip
        scene()


if __name__ == "__main__":
    run("leaving", session)
