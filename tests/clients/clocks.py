#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Games of the engine against itself under short clocks, several at a time: does any answer come too late?

    python3 tests/clients/clocks.py ./katago NETWORK [--games 200] [--parallel 8]

Keeps both clocks itself and tells them before every move, as a server does. A move counts from the moment it is asked
for until its whole answer was read, so that whatever the engine does after its search counts too. Clocks (byo-yomi of
one second, five seconds and one a move, absolute) and rule sets take turns. Now and then, and more often late in the
game, the script passes for a side, because the engine looks hardest at the position when its opponent has passed.
Exit status 1 where time ran out, an answer was wrong or an engine ended.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from engine import ClientError, Engine, require

RULES = ("tromp-taylor", "chinese", "chinese-ogs", "japanese", "aga", "aga-button", "new-zealand", "stone-scoring",
         "ancient-territory", "goe")  # fmt: skip
CLOCKS = ("byoyomi", "fischer", "absolute")
START_S = 120


@dataclass
class Clock:
    """One player's time; None of the kinds ever gives a second more than GTP says."""

    kind: str
    main_s: float
    periods: int = 0
    period_s: float = 0
    increment_s: float = 0

    def settings(self) -> str:
        if self.kind == "byoyomi":
            return f"kata-time_settings byoyomi {self.main_s:g} {self.period_s:g} {self.periods}"
        if self.kind == "fischer":
            return f"kata-time_settings fischer {self.main_s:g} {self.increment_s:g}"
        return f"time_settings {self.main_s:g} 0 0"

    def time_left(self, colour: str) -> str:
        if self.kind == "byoyomi" and self.main_s <= 0:
            return f"time_left {colour} {self.period_s:g} {self.periods}"
        return f"time_left {colour} {self.main_s:.3f} 0"

    def available_s(self) -> float:
        return self.main_s + self.periods * self.period_s

    def spend(self, used_s: float) -> float:
        """Takes a move's time off; returns what was left before time would have run out (negative: it ran out)."""
        spare_s = self.available_s() - used_s
        beyond_s = used_s - self.main_s
        self.main_s = max(0.0, self.main_s - used_s) + self.increment_s
        if self.periods > 0 and beyond_s > 0:
            self.periods = max(1, self.periods - int(beyond_s / self.period_s))
        return spare_s


def new_clock(kind: str) -> Clock:
    if kind == "byoyomi":
        return Clock(kind, main_s=3, periods=1, period_s=1)
    if kind == "fischer":
        return Clock(kind, main_s=5, increment_s=1)
    return Clock(kind, main_s=25)


@dataclass
class Game:
    number: int
    kind: str
    rules: str
    moves: int = 0
    after_pass: int = 0
    answered_by_pass: int = 0
    least_spare_s: float = 1e9
    slowest_after_pass_s: float = 0
    end: str = ""
    faults: list[str] = field(default_factory=list)


def is_passed_for(rng: random.Random, moves: int, most: int) -> bool:
    return moves > most // 3 and rng.random() < 0.1 + 0.3 * moves / most


def play(engine: Engine, game: Game, args: argparse.Namespace) -> None:
    rng = random.Random(args.seed * 1000 + game.number)
    clocks = {colour: new_clock(game.kind) for colour in "bw"}
    for command in (f"boardsize {args.size}", f"kata-set-rules {game.rules}", "komi 7", clocks["b"].settings()):
        engine.ask(command)
    passed = False
    while game.moves < args.moves:
        colour, other = ("b", "w") if game.moves % 2 == 0 else ("w", "b")
        if not passed and is_passed_for(rng, game.moves, args.moves):
            engine.ask(f"play {colour} pass")
            passed = True
            game.moves += 1
            continue
        for side in (colour, other):
            engine.ask(clocks[side].time_left(side))
        start = time.monotonic()
        vertex = engine.ask(f"genmove {colour}")
        used_s = time.monotonic() - start
        spare_s = clocks[colour].spend(used_s)
        game.least_spare_s = min(game.least_spare_s, spare_s)
        if spare_s < 0:
            game.faults.append(f"move {game.moves} took {used_s:.3f} s, {-spare_s:.3f} s too long")
        game.moves += 1
        if passed:
            game.after_pass += 1
            game.answered_by_pass += vertex == "pass"
            game.slowest_after_pass_s = max(game.slowest_after_pass_s, used_s)
        if vertex == "resign" or (passed and vertex == "pass"):
            game.end = "two passes" if vertex == "pass" else "a resignation"
            break
        passed = vertex == "pass"
    engine.ask("final_status_list dead")
    require(engine.ask("final_score") != "", "no score")


def run_game(number: int, args: argparse.Namespace) -> Game:
    game = Game(number, CLOCKS[number % len(CLOCKS)], RULES[number // len(CLOCKS) % len(RULES)], end="the last move")
    arguments = [args.engine, "gtp", "-model", args.model, "-override-config", args.override]
    try:
        engine = Engine([argument for argument in arguments if argument], patience_s=START_S)
        engine.ask("name")  # loading is not on the clock
        play(engine, game, args)
        engine.send("quit")
        require(engine.finish(START_S) == 0, "the exit status")
    except ClientError as error:
        game.faults.append(str(error))
    return game


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine")
    parser.add_argument("model")
    parser.add_argument("--games", type=int, default=200)
    parser.add_argument("--parallel", type=int, default=8, help="games at a time, one engine each")
    parser.add_argument("--size", type=int, default=9)
    parser.add_argument("--moves", type=int, default=50, help="most moves of a game")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--override", default="nnCacheSizePowerOfTwo=14,maxVisits=,maxTime=,allowResignation=")
    return parser.parse_args()


def main() -> int:
    args = read_arguments()
    games: list[Game] = []
    with concurrent.futures.ThreadPoolExecutor(args.parallel) as pool:
        for game in pool.map(lambda number: run_game(number, args), range(args.games)):
            games.append(game)
            print(
                f"game {game.number + 1}: {game.kind}, {game.rules}, {game.moves} moves, ended by {game.end}; "
                f"least time left {game.least_spare_s:.3f} s; slowest after a pass {game.slowest_after_pass_s:.3f} s"
                + "".join(f"; FAULT: {fault}" for fault in game.faults),
                flush=True,
            )
    for kind in CLOCKS:
        chosen = [game for game in games if game.kind == kind]
        if not chosen:
            continue
        ends = Counter(game.end for game in chosen)
        print(
            f"{kind}: {len(chosen)} games, {sum(game.moves for game in chosen)} moves, "
            f"{sum(game.after_pass for game in chosen)} after a pass "
            f"({sum(game.answered_by_pass for game in chosen)} answered by one), "
            f"slowest of these {max(game.slowest_after_pass_s for game in chosen):.3f} s, "
            f"least time left of all moves {min(game.least_spare_s for game in chosen):.3f} s, ends {dict(ends)}"
        )
    faulty = sum(bool(game.faults) for game in games)
    print(f"clocks: {faulty} of {len(games)} games with a fault")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
