#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does what Lizzie does with an engine: numbered commands one at a time, stderr and stdout read as one stream, every
line interpreted by how it begins. Usage: lizzie.py ENGINE MODEL"""

from __future__ import annotations

import sys

from engine import Engine, require, run

BOARD_POINTS = 19 * 19
REPORTS_WANTED = 3
QUIT_SECONDS = 5


class Lizzie:
    def __init__(self, engine: str, model: str) -> None:
        overrides = "nnPrecision=fp32,maxVisits=20,numSearchThreads=1,nnCacheSizePowerOfTwo=12"
        self.engine = Engine([engine, "gtp", "-model", model, "-override-config", overrides], merge_stderr=True)
        self.number = 0

    def send(self, command: str) -> None:
        self.number += 1
        self.engine.send(f"{self.number} {command}")

    def next_answer(self) -> str:
        """Reads up to the answer of the last command; other lines must be of a kind that Lizzie leaves alone."""
        while True:
            line = self.engine.line()
            if line[:1] in ("=", "?"):
                word, _, text = line.partition(" ")
                require(word[1:].isdigit(), f"no number behind the sign: {line}")
                require(int(word[1:]) == self.number, f"'{line}' does not answer command {self.number}")
                require(word[0] == "=", f"an error: {line}")
                return text
            harmless = not line.startswith(("play", "komi=", "opp_komi=", "Tuning")) and " -> " not in line
            require(harmless, f"a line that would be misread: {line}")

    def ask(self, command: str) -> str:
        self.send(command)
        return self.next_answer()

    def analyze(self, command: str, check) -> None:
        """Lets an analysis make some reports, then ends it by `name`."""
        self.ask(command)
        seen = 0
        while seen < REPORTS_WANTED:
            line = self.engine.line()
            if line.startswith("info "):
                check(line)
                seen += 1
        self.send("name")
        require(self.next_answer() == "KataGo", "the name was not told after an analysis")


def values_of(group: str) -> dict[str, str]:
    """The pairs of one move's group; `pv` takes the rest."""
    words = group.split()
    values = {}
    for i in range(0, len(words), 2):
        if words[i] == "pv":
            values["pv"] = " ".join(words[i + 1 :])
            break
        values[words[i]] = words[i + 1]
    return values


def check_kata_report(line: str) -> None:
    moves, _, ownership = line.removeprefix("info ").partition(" ownership ")
    points = [float(word) for word in ownership.split()]
    require(len(points) == BOARD_POINTS and all(-1 <= point <= 1 for point in points), "ownership is incomplete")
    for group in moves.split(" info "):
        values = values_of(group)
        require(0 <= float(values["winrate"]) <= 1, f"win rate of {group}")
        for key in ("lcb", "scoreMean", "scoreStdev", "prior"):
            float(values[key])
        require(0 <= int(values["visits"]) < 2**31, f"visits of {group}")
        require(values["pv"].split()[0] == values["move"], f"the variation of {group}")


def check_lz_report(line: str, allowed=lambda move: True) -> None:
    for group in line.removeprefix("info ").split(" info "):
        values = values_of(group)
        require(0 <= int(values["winrate"]) <= 10000, f"win rate of {group}")
        int(values["visits"]), int(values["lcb"]), int(values["prior"])
        require(allowed(values["move"]), f"{values['move']} was not allowed")


def session() -> None:
    lizzie = Lizzie(sys.argv[1], sys.argv[2])
    require(lizzie.ask("name").startswith("KataGo"), "the name does not begin with KataGo")
    require(all(part.isdigit() for part in lizzie.ask("version").split("+")[0].split(".")), "the version")
    for command in (
        "boardsize 19",
        "komi 7.5",
        "clear_board",
        "play B Q16",
        "play W D4",
        "undo",
        "time_settings 0 5 1",
    ):
        lizzie.ask(command)
    lizzie.analyze("kata-analyze 5 ownership true", check_kata_report)
    lizzie.ask("play W D4")
    lizzie.analyze(
        "lz-analyze 5 avoid b D16,Q4,pass 10",
        lambda line: check_lz_report(line, lambda move: move not in ("D16", "Q4", "pass")),
    )
    lizzie.analyze(
        "lz-analyze 5 allow b C6,F3 1", lambda line: check_lz_report(line, lambda move: move in ("C6", "F3"))
    )
    require(lizzie.ask("genmove B") not in ("resign", ""), "a generated move")

    lizzie.send("lz-genmove_analyze W 2")
    lizzie.next_answer()
    line = ""
    while not line.startswith("play "):
        line = lizzie.engine.line()
        if line.startswith("info "):
            check_lz_report(line)
    lizzie.ask("boardsize 13")
    lizzie.ask("clear_board")
    require(len(lizzie.ask("fixed_handicap 3").split()) == 3, "vertices of the handicap")
    lizzie.ask("quit")
    require(lizzie.engine.finish(QUIT_SECONDS) == 0, "the exit status")


if __name__ == "__main__":
    run("lizzie", session)
