#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sends an engine thousands of random GTP commands, with searches interrupted at random points, and checks that every
one is answered once and in order, that the engine neither hangs nor crashes nor grows, and that it is idle in the end.

    tests/clients/soak_gtp.py build/katago MODEL --commands 2000 --seed 1 --threads 2

The commands depend on the seed alone; what they meet depends on the machine's speed too.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import random
import tempfile
import time

from engine import ClientError, Engine, require, run

LETTERS = "ABCDEFGHJKLMNOPQRST"
CHUNKS = 20  # memory is looked at so many times
GROWTH_ALLOWED = 1.10
GROWTH_ALLOWED_KB = 8 * 1024
IDLE_SECONDS = 2
IDLE_TICKS_ALLOWED = 3
FATAL_WORDS = ("Sanitizer", "runtime error", "terminate called", "Uncaught exception", "Search failed")


class Commands:
    """A stream of random commands; most are sensible, some are not."""

    def __init__(self, rng: random.Random, threads: int, folder: pathlib.Path) -> None:
        self.rng = rng
        self.threads = threads
        self.record = folder / "game.sgf"
        self.width = self.height = 9
        # Each maker with its weight.
        self.makers = [
            (self.play, 30),
            (self.generate, 14),
            (self.endless, 22),
            (self.set_up, 10),
            (self.rules, 5),
            (self.params, 10),
            (self.clocks, 6),
            (self.questions, 12),
            (self.judgements, 2),
            (self.records, 4),
            (self.junk, 5),
        ]

    def next(self) -> str:
        makers, weights = zip(*self.makers, strict=True)
        return self.rng.choices(makers, weights)[0]()

    def color(self) -> str:
        return self.rng.choice(["b", "w", "black", "White"])

    def vertex(self) -> str:
        if self.rng.random() < 0.04:
            return self.rng.choice(["pass", "Z99", "i5", "(3,3)"])
        return LETTERS[self.rng.randrange(self.width)] + str(1 + self.rng.randrange(self.height))

    def play(self) -> str:
        return self.rng.choice([f"play {self.color()} {self.vertex()}"] * 6 + ["undo"])

    def switches(self) -> str:
        text = ""
        for key in ("ownership", "ownershipStdev", "movesOwnership", "movesOwnershipStdev", "pvVisits", "pvEdgeVisits",
                    "rootInfo", "noResultValue"):  # fmt: skip
            if self.rng.random() < 0.2:
                text += f" {key} {self.rng.choice(['true', 'false'])}"
        if self.rng.random() < 0.3:
            text += f" minmoves {self.rng.randrange(40)} maxmoves {self.rng.randrange(10)}"
        return text + self.restriction()

    def restriction(self) -> str:
        if self.rng.random() > 0.25:
            return ""
        vertices = ",".join(self.vertex() for _ in range(1 + self.rng.randrange(4)))
        return f" {self.rng.choice(['avoid', 'allow'])} {self.color()} {vertices} {self.rng.randrange(5)}"

    def interval(self) -> str:
        return self.rng.choice(["", " 0", " 1", " 2", " 10", " interval 3"])

    def analysis_arguments(self, name: str) -> str:
        color = self.rng.choice(["", f" {self.color()}"])
        options = self.switches() if name.startswith("kata-") else self.restriction()
        return f"{name}{color}{self.interval()}{options}"

    def generate(self) -> str:
        plain = ("genmove", "kata-search", "genmove_debug", "kata-search_debug")
        analyzing = ("lz-genmove_analyze", "kata-genmove_analyze", "genmove_analyze", "kata-search_analyze")
        if self.rng.random() < 0.5:
            return f"{self.rng.choice(plain)} {self.color()}"
        return self.analysis_arguments(self.rng.choice(analyzing))

    def endless(self) -> str:
        name = self.rng.choice(["kata-analyze"] * 3 + ["lz-analyze", "analyze", "kata-search_analyze_cancellable", ""])
        return self.analysis_arguments(name) if name else f"kata-search_cancellable {self.color()}"

    def set_up(self) -> str:
        kind = self.rng.randrange(7)
        if kind <= 1:
            self.width = self.rng.choice([2, 5, 7, 9, 9, 9, 13, 19])
            self.height = self.rng.choice([self.width] * 3 + [5, 9])
            return f"rectangular_boardsize {self.width} {self.height}"
        if kind == 2:
            return "set_position " + " ".join(f"{self.color()} {self.vertex()}" for _ in range(self.rng.randrange(12)))
        if kind == 3:
            return f"{self.rng.choice(['fixed_handicap', 'place_free_handicap'])} {self.rng.randrange(11)}"
        if kind == 4:
            return "set_free_handicap " + " ".join(self.vertex() for _ in range(self.rng.randrange(5)))
        return "clear_board"

    def rules(self) -> str:
        name = self.rng.choice(["chinese", "japanese", "tromp-taylor", "aga-button", "ancient-territory", "martian"])
        return self.rng.choice(
            [f"kata-set-rules {name}", "kata-set-rule suicide true", "kata-set-rule ko SIMPLE", "kgs-rules aga",
             f"komi {self.rng.randrange(-20, 20) / 2}", "komi 1e9", "kata-set-rules {\"ko\":"]
        )  # fmt: skip

    def params(self) -> str:
        return self.rng.choice(
            [
                f"kata-set-param numSearchThreads {1 + self.rng.randrange(self.threads)}",
                f"kata-set-param maxVisits {1 + self.rng.randrange(30)}",
                f"kata-set-param ponderingEnabled {self.rng.choice(['true', 'false'])}",
                f"kata-set-param analysisWideRootNoise {self.rng.random():.2f}",
                f"kata-set-param playoutDoublingAdvantage {self.rng.uniform(-3, 3):.2f}",
                f"kata-set-param rootNumSymmetriesToSample {1 + self.rng.randrange(8)}",
                f"kata-set-param useGraphSearch {self.rng.choice(['true', 'false'])}",
                'kata-set-params {"chosenMoveTemperature":0.5,"cpuctExploration":"1.1"}',
                "kata-set-params [1]",
                "kata-set-param cpuctExploration",
                "kata-set-param nonsense 1",
                "kata-get-params",
            ]
        )

    def clocks(self) -> str:
        return self.rng.choice(
            [
                "time_settings 0 1 1",
                "kgs-time_settings byoyomi 1 0.2 3",
                "kata-time_settings fischer-capped 1 0.1 2 0.3",
                "kata-time_settings none",
                f"time_left {self.color()} {self.rng.randrange(3)} {self.rng.randrange(3)}",
                "kata-debug-print-tc",
            ]
        )

    def questions(self) -> str:
        return self.rng.choice(
            ["name", "version", "list_commands", "showboard", "get_komi", "kata-get-rules", "kata-get-models",
             "cputime", "stop", "clear_cache", "list_stones b", f"kata-raw-nn {self.rng.randrange(9)}", "debug_moves",
             f"debug_moves rawstats {self.vertex()}", "known_command undo", "kata-raw-human-nn 0"]
        )  # fmt: skip

    def judgements(self) -> str:
        return self.rng.choice(["final_score", "final_status_list dead", "final_status_list alive"])

    def records(self) -> str:
        return self.rng.choice(
            ["printsgf", f"printsgf {self.record}", f"loadsgf {self.record}", f"loadsgf {self.record} 5", "loadsgf /"]
        )

    def junk(self) -> str:
        text = bytes(self.rng.randrange(1, 256) for _ in range(self.rng.choice([5, 50, 20000]))).decode("latin-1")
        return "x" + text.replace("\n", "").replace("#", "")


ENDLESS = ("kata-analyze", "lz-analyze", "analyze", "kata-search_analyze_cancellable", "kata-search_cancellable")


class Soak:
    def __init__(self, options: argparse.Namespace, folder: pathlib.Path) -> None:
        self.options = options
        self.rng = random.Random(options.seed)
        self.commands = Commands(self.rng, options.threads, folder)
        overrides = (
            "nnPrecision=fp32,maxVisits=12,numSearchThreads=1,nnCacheSizePowerOfTwo=10,defaultBoardSize=9,"
            "maxTimePondering=0.2"
        )
        self.engine = Engine(
            [options.engine, "gtp", "-model", options.model, "-override-config", overrides], patience_s=options.patience
        )
        self.sent = 0
        self.answered = 0
        self.slowest = (0.0, "")
        self.memory_kb: list[int] = []

    def send(self, command: str) -> None:
        self.engine.send(f"{self.sent} {command}")
        self.sent += 1

    def collect(self) -> None:
        """Reads all responses that are owed, each with the number that is due."""
        while self.answered < self.sent:
            lines = self.engine.response()
            require(bool(lines), f"an empty line where response {self.answered} was due")
            sign = lines[0][:1]
            number = lines[0][1:].partition(" ")[0]
            require(
                sign in ("=", "?") and number == str(self.answered), f"{self.answered} was due, got {lines[0][:80]}"
            )
            self.answered += 1

    def step(self) -> None:
        command = self.commands.next()
        self.send(command)
        if command.startswith(ENDLESS):
            time.sleep(self.rng.choice([0, 0.001, 0.01, 0.05]) * self.rng.random())
            if self.rng.random() < 0.3:
                self.engine.send("")
            return  # the next command ends it
        if self.rng.random() < 0.2:
            return  # several in flight
        start = time.monotonic()
        self.collect()
        self.slowest = max(self.slowest, (time.monotonic() - start, command[:60]))

    def look_at_memory(self) -> None:
        for line in pathlib.Path(f"/proc/{self.engine.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                self.memory_kb.append(int(line.split()[1]))

    def check_memory(self) -> None:
        before = max(self.memory_kb[CHUNKS // 4 : CHUNKS // 2])
        after = max(self.memory_kb[CHUNKS * 3 // 4 :])
        print(f"memory: {before // 1024} MB in the second quarter, {after // 1024} MB in the last")
        if self.options.memory:
            require(after < before * GROWTH_ALLOWED + GROWTH_ALLOWED_KB, f"memory grows: {self.memory_kb} kB")

    def ticks(self) -> int:
        stat = pathlib.Path(f"/proc/{self.engine.process.pid}/stat").read_text()
        return sum(int(field) for field in stat.rpartition(")")[2].split()[11:13])

    def check_idle(self) -> None:
        self.send("kata-set-param ponderingEnabled false")
        self.send("stop")
        self.collect()
        before = self.ticks()
        time.sleep(IDLE_SECONDS)
        used = self.ticks() - before
        print(f"idle: {used / os.sysconf('SC_CLK_TCK'):.2f} s of processor time in {IDLE_SECONDS} s")
        require(used <= IDLE_TICKS_ALLOWED, "the engine is busy though there is nothing to do")

    def session(self) -> None:
        start = time.monotonic()
        for chunk in range(CHUNKS):
            while self.sent < (chunk + 1) * self.options.commands // CHUNKS:
                self.step()
            self.send("name")
            self.collect()
            self.look_at_memory()
        slowest_s, command = self.slowest
        print(f"{self.sent} commands, {time.monotonic() - start:.0f} s; slowest: {slowest_s:.2f} s {command}")
        self.check_memory()
        self.check_idle()
        self.send("kata-analyze 1")
        self.send("quit")
        self.collect()
        status = self.engine.finish(within_s=30)
        require(status == 0, f"exit status {status}")


def soak(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        test = Soak(options, pathlib.Path(folder))
        try:
            test.session()
        except ClientError as error:
            test.engine.process.kill()
            raise ClientError(f"seed {options.seed}: {error}\n" + "\n".join(test.engine.errors[-60:])) from None
        bad = [line for line in test.engine.errors if any(word in line for word in FATAL_WORDS)]
        require(not bad, f"seed {options.seed}: " + "\n".join(bad[:20]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine")
    parser.add_argument("model")
    parser.add_argument("--commands", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2, help="most search threads that commands ask for")
    parser.add_argument("--patience", type=float, default=60, help="seconds without a line that count as a hang")
    parser.add_argument("--no-memory", dest="memory", action="store_false", help="memory may grow (sanitizers)")
    options = parser.parse_args()
    run("soak_gtp", lambda: soak(options))


if __name__ == "__main__":
    main()
