#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays games between two GTP engines and judges them itself.

The referee keeps its own board: it checks that every move is legal (occupied points, suicide, positional superko),
keeps the clock of each engine, and counts the area at the end after taking off the stones that both engines'
`final_status_list dead` agree on, or that the second engine names where only it answers. Example, twenty games against
GNU Go:

    tests/clients/referee.py --games 10 --size 9 --size 19 --komi 7.5 \\
        --first "./katago gtp -model MODEL -override-config maxVisits=50,rules=chinese-kgs" \\
        --second "gnugo --mode gtp --level 10 --chinese-rules"

Exit code: 0 when every game ended without an illegal move, a crash or a loss on time; 1 otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import pathlib
import queue
import shlex
import subprocess
import sys
import threading
import time

LETTERS = "ABCDEFGHJKLMNOPQRST"
Point = tuple[int, int]  # column, row; both from 0, the row from the bottom


class Foul(Exception):
    """An engine broke the protocol, the rules or its time; the game is lost by it."""


class Engine:
    """One GTP engine as a child process. Replies are read by a thread so that a silent engine costs only its time."""

    def __init__(self, command: str, label: str, log: pathlib.Path | None) -> None:
        self.label = label
        self.slowest = 0.0
        with log.open("w", encoding="utf-8") if log else contextlib.nullcontext(subprocess.DEVNULL) as stderr:
            self.process = subprocess.Popen(
                shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        self.lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\r\n"))
        self.lines.put(None)

    def ask(self, command: str, limit: float) -> str:
        """The text of a `=` reply. Raises Foul on `?`, end of output, or no complete reply within `limit` seconds."""
        assert self.process.stdin
        start = time.monotonic()
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Foul(f"{self.label} has ended before: {command}") from error
        reply: list[str] = []
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, limit - (time.monotonic() - start)))
            except queue.Empty as error:
                raise Foul(f"{self.label}: no reply to '{command}' within {limit:g} s (time loss)") from error
            if line is None:
                raise Foul(f"{self.label} ended in: {command} (exit code {self.process.wait()})")
            if line:
                reply.append(line)
            elif reply:
                break
        self.slowest = max(self.slowest, time.monotonic() - start)
        if not reply[0].startswith("="):
            raise Foul(f"{self.label}: '{command}' was answered: {' / '.join(reply)}")
        return "\n".join([reply[0][1:].strip(), *reply[1:]]).strip()

    def close(self) -> int:
        try:
            self.ask("quit", 30)
            return self.process.wait(timeout=30)
        except (Foul, subprocess.TimeoutExpired):
            self.process.kill()
            return -1


class Board:
    """Stones, captures and positional superko, written apart from the engine's own rules."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.stones: dict[Point, str] = {}
        self.seen = {frozenset(self.stones.items())}

    def neighbours(self, point: Point) -> list[Point]:
        x, y = point
        around = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
        return [(a, b) for a, b in around if 0 <= a < self.size and 0 <= b < self.size]

    def chain(self, stones: dict[Point, str], point: Point) -> tuple[set[Point], bool]:
        """The stones of a chain, and whether it has a liberty."""
        colour, chain, waiting, free = stones[point], {point}, [point], False
        while waiting:
            for near in self.neighbours(waiting.pop()):
                if near not in stones:
                    free = True
                elif stones[near] == colour and near not in chain:
                    chain.add(near)
                    waiting.append(near)
        return chain, free

    def play(self, colour: str, point: Point) -> None:
        if point in self.stones:
            raise Foul("the point is occupied")
        stones = dict(self.stones)
        stones[point] = colour
        for near in self.neighbours(point):
            if near in stones and stones[near] != colour:
                chain, free = self.chain(stones, near)
                if not free:
                    for captured in chain:
                        del stones[captured]
        if not self.chain(stones, point)[1]:
            raise Foul("the move is suicide")
        position = frozenset(stones.items())
        if position in self.seen:
            raise Foul("the move repeats a position")
        self.seen.add(position)
        self.stones = stones

    def area_difference(self, dead: set[Point]) -> int:
        """Black's area minus White's, dead stones taken off."""
        stones = {point: colour for point, colour in self.stones.items() if point not in dead}
        difference = sum(1 if colour == "B" else -1 for colour in stones.values())
        waiting = {(x, y) for x in range(self.size) for y in range(self.size)} - stones.keys()
        while waiting:
            start = waiting.pop()
            region, borders, frontier = {start}, set(), [start]
            while frontier:
                for near in self.neighbours(frontier.pop()):
                    if near in stones:
                        borders.add(stones[near])
                    elif near in waiting:
                        waiting.discard(near)
                        region.add(near)
                        frontier.append(near)
            if borders == {"B"}:
                difference += len(region)
            elif borders == {"W"}:
                difference -= len(region)
        return difference


@dataclasses.dataclass
class Result:
    size: int
    black: str
    winner: str = ""  # label of an engine, or "draw"
    how: str = ""
    foul: bool = False
    moves: list[tuple[str, str]] = dataclasses.field(default_factory=list)


def parse_vertex(text: str, size: int) -> Point | None:
    """None for a pass."""
    text = text.strip().upper()
    if text == "PASS":
        return None
    if len(text) < 2 or text[0] not in LETTERS[:size] or not text[1:].isdigit() or not 1 <= int(text[1:]) <= size:
        raise Foul(f"'{text}' is no vertex")
    return LETTERS.index(text[0]), int(text[1:]) - 1


def dead_stones(engines: list[Engine], board: Board, limit: float) -> tuple[set[Point], str]:
    """The stones to take off, and a remark where the engines disagree."""
    answers = []
    for engine in engines:
        vertices = engine.ask("final_status_list dead", limit).split()
        points = (parse_vertex(vertex, board.size) for vertex in vertices)
        answers.append({point for point in points if point is not None})
    if answers[0] == answers[1]:
        return answers[1], ""
    counts = [board.area_difference(answer) for answer in answers]
    return answers[1], f" (dead stones disputed: Black by {counts[0]} or {counts[1]} before komi)"


def play_game(black: Engine, white: Engine, args: argparse.Namespace, size: int, result: Result) -> None:
    board, limit = Board(size), args.seconds
    for engine in (black, white):
        engine.ask(f"boardsize {size}", limit)
        engine.ask("clear_board", limit)
        engine.ask(f"komi {args.komi:g}", limit)
    passes, players = 0, [("B", black, white), ("W", white, black)]
    while passes < 2 and len(result.moves) < 4 * size * size:
        colour, mover, other = players[len(result.moves) % 2]
        try:
            vertex = mover.ask(f"genmove {colour}", limit)
            if vertex.lower() == "resign":
                result.winner, result.how = other.label, "by resignation"
                return
            point = parse_vertex(vertex, size)
            if point:
                board.play(colour, point)
            passes = 0 if point else passes + 1
        except Foul as foul:
            result.winner, result.how, result.foul = other.label, f"foul of {mover.label}: {foul}", True
            return
        result.moves.append((colour, vertex.lower() if point is None else vertex.upper()))
        other.ask(f"play {colour} {vertex}", limit)
    first_then_second = sorted((black, white), key=lambda engine: engine.label != args.first_label)
    dead, remark = dead_stones(first_then_second, board, limit)
    score = board.area_difference(dead) - args.komi
    winner = black if score > 0 else white
    result.winner = winner.label if score else "draw"
    result.how = f"by {abs(score):g}{remark}" if score else "draw"


def write_sgf(result: Result, path: pathlib.Path, komi: float) -> None:
    nodes = []
    for colour, vertex in result.moves:
        point = parse_vertex(vertex, result.size)
        text = chr(97 + point[0]) + chr(97 + result.size - 1 - point[1]) if point else ""
        nodes.append(f";{colour}[{text}]")
    comment = f"{result.winner} {result.how}".replace("]", "\\]")
    header = f"(;GM[1]FF[4]SZ[{result.size}]KM[{komi:g}]PB[{result.black}]GC[{comment}]"
    path.write_text(header + "".join(nodes) + ")\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", required=True, help="command line of the engine under test")
    parser.add_argument("--second", required=True, help="command line of its opponent")
    parser.add_argument("--first-label", default="katago")
    parser.add_argument("--second-label", default="gnugo")
    parser.add_argument("--games", type=int, default=10, help="games on each size, colours alternating (default 10)")
    parser.add_argument("--size", type=int, action="append", help="board size; may be given several times (default 19)")
    parser.add_argument("--komi", type=float, default=7.5)
    parser.add_argument("--seconds", type=float, default=60, help="limit for each reply; more is a loss on time")
    parser.add_argument("--sgf", type=pathlib.Path, help="folder for the games and the engines' logs")
    return parser.parse_args()


def main() -> int:
    args = parse_arguments()
    if args.sgf:
        args.sgf.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    for size in args.size or [19]:
        for number in range(args.games):
            log = args.sgf / f"{size}-{number}.log" if args.sgf else None
            first = Engine(args.first, args.first_label, log)
            second = Engine(args.second, args.second_label, None)
            black, white = (first, second) if number % 2 == 0 else (second, first)
            result = Result(size, black.label)
            start = time.monotonic()
            try:
                play_game(black, white, args, size, result)
            except Foul as foul:
                result.winner, result.how, result.foul = "nobody", str(foul), True
            for engine in (first, second):
                code = engine.close()
                if code and engine is first:
                    result.foul, result.how = True, f"{result.how}; {engine.label} ended with exit code {code}"
            results.append(result)
            print(
                f"{size}x{size} game {number + 1}: {result.black} is Black, {len(result.moves)} moves, "
                f"{time.monotonic() - start:.0f} s, slowest reply {first.slowest:.1f} s: {result.winner} {result.how}",
                flush=True,
            )
            if args.sgf:
                write_sgf(result, args.sgf / f"{size}-{number}.sgf", args.komi)
    won = sum(result.winner == args.first_label for result in results)
    fouls = sum(result.foul for result in results)
    print(f"{args.first_label} won {won} of {len(results)}; fouls, crashes and losses on time: {fouls}")
    return 1 if fouls else 0


if __name__ == "__main__":
    sys.exit(main())
