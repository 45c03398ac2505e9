"""When to kill: drawn over a whole run, and between the changes it was seen to make to its files.

Most of a run is thinking. So every other moment waits for a change seen in a run before (a file
that appears, grows, goes) and then for a random part of the time until the next one.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.torture.child import Child
from tests.torture.operation import tree

LOOK = 0.0003
"""Seconds between two looks at the files."""


@dataclass(frozen=True)
class Course:
    """How a run that nobody disturbed went."""

    seconds: float
    changes: tuple[float, ...]
    """Seconds from the start to each change of the files."""


@dataclass(frozen=True)
class Moment:
    """So many seconds after the n-th change of the files; after the start when n is 0."""

    change: int
    seconds: float

    def wait(self, child: Child, home: Path) -> None:
        """Return when it has come, or when the child has ended."""
        seen, before = 0, tree(home)
        while seen < self.change and child.running:
            time.sleep(LOOK)
            now = tree(home)
            seen, before = seen + (now != before), now
        until = time.perf_counter() + self.seconds
        while time.perf_counter() < until and child.running:
            time.sleep(min(LOOK, max(until - time.perf_counter(), 0)))


def watched(child: Child, home: Path) -> Course:
    """Follow a run to its end."""
    start, before, changes = time.perf_counter(), tree(home), []
    while child.running:
        time.sleep(LOOK)
        now = tree(home)
        if now != before:
            changes.append(time.perf_counter() - start)
            before = now
    return Course(time.perf_counter() - start, tuple(changes))


def moments(course: Course, seed: str) -> Iterator[Moment]:
    """Without an end: one from the whole run, one from its changes, in turns."""
    draw = random.Random(seed)
    ends = (*course.changes, course.seconds)
    while True:
        yield Moment(0, draw.uniform(0, course.seconds))
        number = draw.randrange(len(course.changes))
        yield Moment(number + 1, draw.uniform(0, ends[number + 1] - ends[number]))
