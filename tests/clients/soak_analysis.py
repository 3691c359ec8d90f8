#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Thousands of small queries to one analysis engine: each answered exactly once, without a leak.

    python3 tests/clients/soak_analysis.py ./katago NETWORK [--queries 10000]

Sends queries of 1 to 5 visits on boards of several sizes, some with partial results, some terminated, some wrong, and
reads the replies as a client does. Fails if a request has not exactly one last answer, or if resident memory has
changed by more than five per cent since the first thousand. The evaluation cache is kept so small that it is full by
then. Needs Linux (/proc).
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

WARM_UP = 1000
ALLOWED_GROWTH = 0.05
IN_FLIGHT = 64
PATIENCE_S = 60
SETTINGS = "nnCacheSizePowerOfTwo=9,logToStderr=false,numAnalysisThreads=4,numSearchThreads=1"
COLUMNS = "ABCDEFGHJKLMNOPQRST"


@dataclass
class Replies:
    """What has come back, filled by a thread of its own."""

    finals: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    junk: list[str] = field(default_factory=list)
    echoes: int = 0
    partial: int = 0
    window: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(IN_FLIGHT))

    def take_all(self, output: Iterable[str]) -> None:
        for line in output:
            self.take(line)

    def take(self, line: str) -> None:
        try:
            reply = json.loads(line)
        except ValueError:
            self.junk.append(line)
            return
        if "error" in reply:
            self.errors[reply.get("id", "")] += 1
            self.window.release()
        elif "action" in reply:
            self.echoes += 1
        elif reply["isDuringSearch"]:
            self.partial += 1
        else:
            self.finals[reply["id"]] += 1
            self.window.release()


def make_query(number: int, rng: random.Random) -> tuple[dict[str, object], bool]:
    """A query, and whether it is a good one."""
    size = rng.choice([7, 9, 9, 13, 19])
    points = [f"{COLUMNS[x]}{y + 1}" for x in range(size) for y in range(size)]
    moves = [["BW"[i % 2], point] for i, point in enumerate(rng.sample(points, rng.randrange(0, size)))]
    good = rng.random() > 0.02
    query: dict[str, object] = {
        "id": str(number),
        "moves": moves if good else [["B", "A1"], ["W", "A1"]],
        "rules": rng.choice(["chinese", "japanese", "tromp-taylor"]),
        "boardXSize": size,
        "boardYSize": size,
        "maxVisits": rng.randint(1, 5),
        "priority": rng.randint(0, 3),
    }
    if rng.random() < 0.3:
        query["includeOwnership"] = query["includeMovesOwnership"] = query["includePolicy"] = True
    if rng.random() < 0.1:
        query["reportDuringSearchEvery"] = 0.001
    if rng.random() < 0.2:
        query["overrideSettings"] = {"wideRootNoise": rng.choice([0.0, 0.1]), "reportAnalysisWinratesAs": "BLACK"}
    return query, good


def resident_kb(process: subprocess.Popen[str]) -> int:
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("the engine's memory is not shown in /proc")


def problems_of_replies(replies: Replies, sent_good: list[str], sent_bad: list[str]) -> list[str]:
    problems = [f"no JSON: {line!r}" for line in replies.junk[:3]]
    # Of the good ones some happen to play a suicide, which is refused.
    sent = sent_good + sent_bad
    wrong = [i for i in sent if replies.finals[i] + replies.errors[i] != 1]
    if wrong or len(replies.finals) + len(replies.errors) != len(sent):
        problems.append(f"{len(wrong)} queries without exactly one last answer: {wrong[:10]}")
    if any(replies.finals[i] for i in sent_bad):
        problems.append("a wrong query was searched")
    return problems


def run(engine: str, network: str, queries: int, seed: int) -> list[str]:
    """Returns what went wrong."""
    rng = random.Random(seed)
    config = Path(__file__).resolve().parents[2] / "configs" / "analysis.cfg"
    process = subprocess.Popen(
        [engine, "analysis", "-model", network, "-config", str(config), "-override-config", SETTINGS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin and process.stdout
    replies = Replies()
    reader = threading.Thread(target=replies.take_all, args=(process.stdout,))
    reader.start()
    sent_good: list[str] = []
    sent_bad: list[str] = []
    samples: list[int] = []
    terminations = 0
    for number in range(queries):
        if not replies.window.acquire(timeout=PATIENCE_S):
            process.kill()
            return [f"no reply for {PATIENCE_S} s", *replies.junk[:3]]
        query, good = make_query(number, rng)
        (sent_good if good else sent_bad).append(str(number))
        process.stdin.write(json.dumps(query) + "\n")
        if rng.random() < 0.05:
            terminations += 1
            process.stdin.write(json.dumps({"id": "t", "action": "terminate", "terminateId": str(number)}) + "\n")
        process.stdin.flush()
        if (number + 1) % WARM_UP == 0:
            samples.append(resident_kb(process))
            print(f"{number + 1} queries, {samples[-1] / 1024:.1f} MB resident", flush=True)
    process.stdin.close()
    status = process.wait()
    reader.join()

    problems = [f"exit status {status}"] if status != 0 else []
    problems += problems_of_replies(replies, sent_good, sent_bad)
    if replies.echoes != terminations:
        problems.append(f"{replies.echoes} echoes of {terminations} terminations")
    for sample in samples[1:]:
        if abs(sample - samples[0]) > ALLOWED_GROWTH * samples[0]:
            problems.append(f"memory went from {samples[0]} to {sample} kB")
            break
    print(
        f"{len(replies.finals)} answered, {len(replies.errors)} refused, {replies.partial} partial results", flush=True
    )
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine")
    parser.add_argument("network")
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    problems = run(arguments.engine, arguments.network, arguments.queries, arguments.seed)
    for problem in problems:
        print(f"FAILED: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
