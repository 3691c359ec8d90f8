#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Analyses a game with `katago analysis` and prints, move by move, what it was worth: an example of how a program uses
the engine, with nothing but Python's own library.

    python3 analyse_game.py GAME.sgf                               runs the engine as a child process
    python3 analyse_game.py --model NETWORK.bin.gz GAME.sgf        the same with another network than its own
    python3 analyse_game.py --connect localhost:2818 GAME.sgf      uses one that is served (serve.sh, systemd, docker);
                                                                   the program here reads the game
    python3 analyse_game.py --ssh pi GAME.sgf                      runs the engine of another machine
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO


class GameError(Exception):
    """The game or the engine cannot be used; the text says why."""


def read_game(arguments: argparse.Namespace) -> dict:
    """Size, komi, rules, stones and moves as fields of a query. The engine reads game records, so all of its programs
    agree on them; it needs no network for that. What is unclear about a record it says on stderr."""
    if not arguments.ssh and not shutil.which(arguments.engine):
        raise GameError(f"{arguments.engine}: no such program; --engine says where the engine is")
    command = [arguments.engine, "evaluate", "-no-network", "-last", "-games"]
    if arguments.ssh:
        # The game is here, the engine there.
        command = ["ssh", arguments.ssh, *command, "/dev/stdin"]
    else:
        command.append(str(arguments.game))
    done = subprocess.run(command, input=arguments.game.read_bytes(), stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise GameError(f"{arguments.game}: {arguments.engine} cannot read it; it says why on stderr")
    game = json.loads(done.stdout)["query"]
    if not game["moves"]:
        raise GameError(f"{arguments.game}: no moves")
    return game


class Engine:
    """Sends queries and reads answers, over a child process or a connection."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.process: subprocess.Popen[str] | None = None
        if arguments.connect:
            host, _, port = arguments.connect.rpartition(":")
            self.socket = socket.create_connection((host or "localhost", int(port)))
            self.input: IO[str] = self.socket.makefile("w", encoding="utf-8")
            self.output: IO[str] = self.socket.makefile("r", encoding="utf-8")
            return
        command = [
            *(["ssh", arguments.ssh] if arguments.ssh else []),
            arguments.engine,
            "analysis",
        ]
        if arguments.model:
            command += ["-model", arguments.model]
        for config in arguments.config:
            command += ["-config", config]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin and self.process.stdout
        self.input, self.output = self.process.stdin, self.process.stdout

    def send(self, query: dict) -> None:
        self.input.write(json.dumps(query) + "\n")
        self.input.flush()

    def answer(self) -> dict:
        line = self.output.readline()
        if not line:
            raise GameError("the engine ended without an answer; it says why on stderr")
        answer = json.loads(line)
        if "error" in answer:
            raise GameError(f"the engine refused: {answer['error']}")
        return answer

    def close(self) -> None:
        self.input.close()
        if self.process:
            self.process.wait()


def analyse(engine: Engine, game: dict, visits: int) -> list[dict]:
    """One answer a position, from the first to the one after the last move."""
    positions = len(game["moves"]) + 1
    engine.send(
        {
            "id": "game",
            **game,
            "analyzeTurns": list(range(positions)),
            "maxVisits": visits,
            "overrideSettings": {"reportAnalysisWinratesAs": "BLACK"},
        }
    )
    answers: list[dict | None] = [None] * positions
    for done in range(positions):
        answer = engine.answer()
        if "warning" in answer:
            print(f"warning: {answer['warning']}", file=sys.stderr)
            answer = engine.answer()
        answers[answer["turnNumber"]] = answer
        if sys.stderr.isatty():
            print(f"\r{done + 1} of {positions} positions", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return [answer for answer in answers if answer]


def report(game: dict, answers: list[dict]) -> None:
    print("move  played  best    black wins  lead  points lost")
    for number, (color, played) in enumerate(game["moves"]):
        before, after = answers[number], answers[number + 1]
        best = min(before["moveInfos"], key=lambda info: info["order"])["move"] if before["moveInfos"] else "-"
        change = before["rootInfo"]["scoreLead"] - after["rootInfo"]["scoreLead"]
        lost = change if color == "B" else -change
        print(
            f"{number + 1:4}  {color} {played:<5} {best:<6} {after['rootInfo']['winrate']:>9.1%} "
            f"{after['rootInfo']['scoreLead']:>+7.1f} {max(0.0, lost):>8.1f}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("game", type=Path, help="an SGF file")
    parser.add_argument("--engine", default="katago", help="the program (default katago)")
    parser.add_argument("--model", help="the network (default: the one in the program)")
    parser.add_argument("--config", action="append", default=[], help="a configuration file; several are allowed")
    parser.add_argument("--connect", metavar="HOST:PORT", help="use an engine that is served there")
    parser.add_argument("--ssh", metavar="HOST", help="run the engine on another machine")
    parser.add_argument("--visits", type=int, default=50, help="visits of each position (default 50)")
    arguments = parser.parse_args()
    try:
        game = read_game(arguments)
        engine = Engine(arguments)
        report(game, analyse(engine, game, arguments.visits))
        engine.close()
    except (GameError, OSError, ValueError) as error:
        print(f"analyse_game: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
