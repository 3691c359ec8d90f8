# SPDX-License-Identifier: MIT
"""A GTP engine as a child process, for scripts that play the part of a client."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
import time


class ClientError(Exception):
    """The engine said something that the client cannot live with, or nothing."""


class Engine:
    """Sends lines and reads lines. A thread reads, so that a silent engine costs only the time allowed for a line."""

    def __init__(self, arguments: list[str], merge_stderr: bool = False, patience_s: float = 120) -> None:
        self.patience_s = patience_s
        self.process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merge_stderr else subprocess.PIPE,
        )
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.errors: list[str] = []
        self._threads = [threading.Thread(target=self._read_output, daemon=True)]
        if not merge_stderr:
            self._threads.append(threading.Thread(target=self._read_errors, daemon=True))
        for thread in self._threads:
            thread.start()

    def _read_output(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.decode("utf-8").removesuffix("\n"))
        self.lines.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.errors.append(line.decode("utf-8").rstrip("\n"))

    def send(self, line: str, end: str = "\n") -> None:
        assert self.process.stdin
        try:
            self.process.stdin.write((line + end).encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise ClientError(f"the engine was gone at '{line}'") from None

    def line(self) -> str:
        try:
            line = self.lines.get(timeout=self.patience_s)
        except queue.Empty:
            raise ClientError(f"no line within {self.patience_s} s") from None
        if line is None:
            raise ClientError("the engine's output has ended")
        return line

    def response(self) -> list[str]:
        """The lines up to the next empty one."""
        lines = []
        while line := self.line():
            lines.append(line)
        return lines

    def ask(self, command: str, end: str = "\n") -> str:
        """The text of a success; several lines are joined by line ends."""
        self.send(command, end)
        lines = self.response()
        require(bool(lines) and lines[0].startswith("="), f"'{command}' was answered {lines}")
        first = lines[0][1:].lstrip("0123456789").removeprefix(" ")
        return "\n".join([first, *lines[1:]])

    def finish(self, within_s: float) -> int:
        """Closes the input and waits for the exit status."""
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            status = self.process.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise ClientError(f"the engine did not end within {within_s} s") from None
        for thread in self._threads:
            thread.join()
        return status


def require(condition: bool, complaint: str) -> None:
    if not condition:
        raise ClientError(complaint)


def run(name: str, session) -> None:
    """Calls `session` and turns its outcome into an exit status."""
    start = time.monotonic()
    try:
        session()
    except ClientError as error:
        print(f"{name}: {error}")
        sys.exit(1)
    except (KeyError, ValueError, IndexError) as error:
        print(f"{name}: could not read what the engine said: {error!r}")
        sys.exit(1)
    print(f"{name}: all is well ({time.monotonic() - start:.1f} s)")
