#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks what KaTrain asks of the analysis engine: its configuration, a query for each position of a game, pondering that
it terminates, its AIs' settings, sweeps over moves of which some are illegal. Usage: katrain.py ENGINE MODEL"""

from __future__ import annotations

import json
import pathlib
import signal
import sys
import tempfile
from typing import Any

from engine import Engine, require, run

CONFIG = """\
logToStderr = false
reportAnalysisWinratesAs = BLACK
conservativePass = true
maxVisits = 500
numAnalysisThreads = 12
numSearchThreads = 8
nnMaxBatchSize = 96
nnCacheSizePowerOfTwo = 20
nnMutexPoolSizePowerOfTwo = 16
nnRandomize = true
"""
RULES = ("japanese", "chinese", "korean", "aga", "tromp-taylor", "new zealand", "stone_scoring")
MOVES = [["B", "D4"], ["W", "Q16"], ["B", "Q4"], ["W", "D16"], ["B", "F17"], ["W", "C14"]]
POINTS = 19 * 19
VISITS = 12
END_SECONDS = 30
Reply = dict[str, Any]


class KaTrain:
    def __init__(self, engine: str, model: str, folder: str) -> None:
        config = pathlib.Path(folder) / "analysis_config.cfg"
        config.write_text(CONFIG, encoding="utf-8")
        # nnPrecision only saves this test the measuring of kernels.
        overrides = f"homeDataDir={folder},nnPrecision=fp32"
        self.engine = Engine(
            [engine, "analysis", "-model", model, "-config", str(config), "-override-config", overrides]
        )
        self.number = 0

    def query(self, **fields: Any) -> str:
        """What KaTrain sends for a position, changed by `fields`; answers its id."""
        self.number += 1
        moves = fields.get("moves", MOVES)
        request = {
            "id": f"QUERY:{self.number}",
            "rules": RULES[self.number % len(RULES)],
            "priority": self.number,
            "analyzeTurns": [len(moves)],
            "maxVisits": VISITS,
            "komi": 6.5,
            "boardXSize": 19,
            "boardYSize": 19,
            "includeOwnership": True,
            "includeMovesOwnership": False,
            "includePolicy": True,
            "initialStones": [],
            "initialPlayer": "B",
            "moves": moves,
            **fields,
        }
        request["overrideSettings"] = {
            "reportAnalysisWinratesAs": "BLACK",
            "wideRootNoise": 0.04,
            "maxTime": 60.0,
            **fields.get("overrideSettings", {}),
        }
        self.engine.send(json.dumps(request))
        return str(request["id"])

    def terminate(self, query: str) -> None:
        self.engine.send(json.dumps({"id": f"{query}-end", "action": "terminate", "terminateId": query}))

    def reply(self) -> Reply:
        return json.loads(self.engine.line())

    def result(self, query: str) -> Reply:
        """The last answer to the only query under way."""
        while True:
            reply = self.reply()
            require("error" not in reply and "warning" not in reply, f"{query}: {reply}")
            require(reply["id"] == query, f"an answer to {reply['id']} instead of {query}")
            if not reply["isDuringSearch"]:
                return reply


def check_result(reply: Reply) -> None:
    for info in reply["moveInfos"]:
        require(0 <= info["winrate"] <= 1 and info["visits"] >= 0, f"values of {info['move']}")
        require(info["pv"][0] == info["move"], f"the variation of {info['move']}")
        float(info["scoreLead"]), float(info["prior"])
    require(
        [info["order"] for info in reply["moveInfos"]] == list(range(len(reply["moveInfos"]))), "the order of moves"
    )
    root = reply["rootInfo"]
    require(0 <= root["winrate"] <= 1 and root["visits"] >= 1, "values of the root")
    require(len(reply["policy"]) == POINTS + 1 and abs(sum(p for p in reply["policy"] if p > 0) - 1) < 1e-3, "policy")
    require(len(reply["ownership"]) == POINTS and all(-1 <= p <= 1 for p in reply["ownership"]), "ownership")


def analyses_a_game(katrain: KaTrain) -> None:
    """A query for each position, all at once, as when a game is opened."""
    waiting = {katrain.query(moves=MOVES[:turn]): turn for turn in range(len(MOVES) + 1)}
    while waiting:
        reply = katrain.reply()
        require("error" not in reply and "warning" not in reply, f"a game: {reply}")
        require(waiting.pop(reply["id"]) == reply["turnNumber"], f"an unknown answer: {reply['id']}")
        check_result(reply)
        require(reply["rootInfo"]["currentPlayer"] == "BW"[reply["turnNumber"] % 2], "whose turn it is")


def ponders(katrain: KaTrain) -> None:
    query = katrain.query(maxVisits=10_000_000, reportDuringSearchEvery=0.05)
    for _ in range(3):
        reply = katrain.reply()
        require(reply["id"] == query and reply["isDuringSearch"], "a partial result")
        check_result(reply)
    katrain.terminate(query)
    final, echo = 0, 0
    while not (final and echo):
        reply = katrain.reply()
        if reply.get("action") == "terminate":
            require(reply["terminateId"] == query, "the echo of a terminate")
            echo += 1
        elif not reply["isDuringSearch"]:
            check_result(reply)
            final += 1


def asks_for_its_ais(katrain: KaTrain) -> None:
    settings: list[dict[str, Any]] = [
        {"playoutDoublingAdvantage": 1.5, "playoutDoublingAdvantagePla": "BLACK"},
        {"antiMirror": True},
        {"antiMirror": "true", "wideRootNoise": "0.0", "maxTime": "10"},
        {"ignorePreRootHistory": False},
    ]
    for overrides in settings:
        check_result(katrain.result(katrain.query(overrideSettings=overrides)))
    avoid = [
        {"player": "B", "moves": ["C6", "F3"], "untilDepth": 1},
        {"player": "W", "moves": ["R14"], "untilDepth": 1},
    ]
    reply = katrain.result(katrain.query(avoidMoves=avoid, includeMovesOwnership=True))
    require(not {"C6", "F3"} & {info["move"] for info in reply["moveInfos"]}, "an avoided move was searched")
    require(all(len(info["ownership"]) == POINTS for info in reply["moveInfos"]), "ownership of moves")
    stones = [["B", "D4"], ["B", "Q16"]]
    reply = katrain.result(katrain.query(initialStones=stones, initialPlayer="W", moves=[["W", "Q4"]]))
    require(reply["turnNumber"] == 1 and reply["rootInfo"]["currentPlayer"] == "B", "a handicap game")


def is_told_of_illegal_moves(katrain: KaTrain) -> None:
    query = katrain.query(moves=[*MOVES, ["B", "D4"]], maxVisits=1)
    reply = katrain.reply()
    require(reply.get("id") == query and "Illegal move" in reply.get("error", ""), f"an illegal move: {reply}")
    # What belongs to no network that is loaded is an error too, and nothing more.
    query = katrain.query(overrideSettings={"humanSLProfile": "rank_5k", "ignorePreRootHistory": False})
    require("humanSLProfile" in katrain.reply().get("error", ""), "a profile without a human network")


def session() -> None:
    with tempfile.TemporaryDirectory(prefix="katrain-") as folder:
        katrain = KaTrain(sys.argv[1], sys.argv[2], folder)
        for scene in (analyses_a_game, ponders, asks_for_its_ais, is_told_of_illegal_moves):
            scene(katrain)
        katrain.engine.process.send_signal(signal.SIGTERM)
        require(katrain.engine.finish(END_SECONDS) == -signal.SIGTERM, "the end by SIGTERM")
        crashes = [line for line in katrain.engine.errors if "what()" in line or "Uncaught exception" in line]
        require(not crashes, f"KaTrain would report a crash: {crashes}")


if __name__ == "__main__":
    run("katrain", session)
