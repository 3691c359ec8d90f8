# SPDX-License-Identifier: MIT
"""The source tree that a release is made from: its revision, its time, and the commands that run in it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .targets import ReleaseError


@dataclass(frozen=True)
class Tree:
    """Immutable."""

    root: Path
    revision: str  # as git describes it, "unknown" without git
    epoch: int  # seconds since 1970: the time that everything in a release bears

    def run(self, *command: str | Path, environment: dict[str, str] | None = None) -> None:
        """Runs the command at the root. Raises ReleaseError with the end of what it said."""
        clock = {"SOURCE_DATE_EPOCH": str(self.epoch), "LC_ALL": "C", "TZ": "UTC"}
        run = subprocess.run(
            [str(word) for word in command],
            cwd=self.root,
            env=os.environ | clock | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            said = "\n".join(run.stdout.splitlines()[-20:])
            raise ReleaseError(f"{' '.join(str(word) for word in command)}: status {run.returncode}\n{said}")


def open_tree(root: Path, revision: str | None = None) -> Tree:
    """The tree with what git says of it, where neither the caller nor SOURCE_DATE_EPOCH says otherwise."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or _git(root, "log", "-1", "--format=%ct") or "0"
    if not epoch.isdigit():
        raise ReleaseError(f"SOURCE_DATE_EPOCH is '{epoch}', must be seconds since 1970")
    described = revision or _git(root, "describe", "--tags", "--match", "v[0-9]*", "--always", "--dirty")
    return Tree(root, described or "unknown", int(epoch))


def _git(root: Path, *arguments: str) -> str:
    if not (root / ".git").exists():
        return ""  # a folder below another project's tree is not that project
    try:
        run = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""
