"""What is tortured: an operation that changes files, and how its files are judged after."""

import os
from pathlib import Path
from typing import Protocol

Tree = dict[str, int]
"""Relative path of a file or folder -> bytes; 0 for a folder."""


class Broken(AssertionError):
    """A guarantee that did not hold."""


class Operation(Protocol):
    """Everything lies in one folder, `home`; the folder before is copied for every run."""

    @property
    def name(self) -> str:
        """A word for the table."""

    @property
    def reads_alone(self) -> bool:
        """Whether `check` can do without writing anything, so on a full disk too."""

    def prepare(self, home: Path) -> None:
        """Make the state that must survive."""

    def run(self, home: Path) -> int:
        """The program, from start to exit code; it runs in a process of its own."""

    def check(self, home: Path, said: str) -> str:
        """What is in use: "old" or "new"; `said` is all that the run acknowledged.

        Raises `Broken` when that is neither of them, whole, or lacks what was acknowledged.
        """

    def strays(self, home: Path) -> set[str]:
        """Files that belong to nothing in use, by their relative paths."""

    def ends_with(self, state: str) -> int:
        """The exit code of a run that meets this state."""


def tree(home: Path) -> Tree:
    """What lies below a folder that may be changing."""
    found: Tree = {}
    for folder, folders, files in os.walk(home):
        for name in folders:
            found[os.path.relpath(os.path.join(folder, name), home)] = 0
        for name in files:
            path = os.path.join(folder, name)
            try:
                found[os.path.relpath(path, home)] = os.stat(path).st_size
            except FileNotFoundError:
                continue
    return found
