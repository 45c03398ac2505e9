"""SIGKILL at random moments of everything that writes, and before each of its steps on files:

python -m tests.torture.crash [--kills 50] [--only build,add,remove,judge,checkpoint]

After each kill what is in use must be what was there before or all of what was to come, whole,
with everything that was acknowledged; the same command, run again, must end well and leave no
file that belongs to nothing. Ends with 1 when a guarantee fails.
"""

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.torture.index_operation import index_operations
from tests.torture.moments import moments, watched
from tests.torture.operation import Broken, Operation, tree
from tests.torture.record_operation import record_operations
from tests.torture.training_operation import training_operations
from tests.torture.workshop import Workshop, workshop

MAX_MISSES = 20
"""Runs in a row that end before their moment comes."""
COLUMNS = ("kills", "writing", "old", "new")


@dataclass
class Kills:
    """What came of killing one operation."""

    operation: str
    counts: Counter[str] = field(default_factory=Counter)
    """"kills"; of these "writing": with files half changed; in use after: "old" and "new"."""
    broken: list[str] = field(default_factory=list)

    def judge(self, shop: Workshop, said: str) -> None:
        """What a killed run has left, and what the next one makes of it."""
        self.counts["kills"] += 1
        left = tree(shop.home)
        try:
            self.counts["writing"] += bool(shop.operation.strays(shop.home))
            state = shop.operation.check(shop.home, said)
            self.counts[state] += 1
            after = shop.next_start(state, said)
            if after != "new":
                raise Broken(f"the next start left the {after} one in use")
        except Broken as error:
            files = ", ".join(f"{name} {size}" for name, size in sorted(left.items()) if size)
            self.broken.append(f"{error}; left behind: {files[-1000:]}")


def operations(only: Sequence[str] = ()) -> list[Operation]:
    """All, or those named."""
    every = [*index_operations(), *record_operations(), *training_operations()]
    return [operation for operation in every if not only or operation.name in only]


def kill_at_random(shop: Workshop, kills: int, seed: int = 0) -> Kills:
    """So many runs, each killed at a moment of its own."""
    found, misses = Kills(shop.operation.name), 0
    shop.renew()
    course = watched(child := shop.start(), shop.home)
    if child.code():
        raise RuntimeError(f"{found.operation} fails by itself: {child.said()}")
    for moment in moments(course, f"{found.operation} {seed}"):
        if found.counts["kills"] == kills:
            break
        shop.renew()
        child = shop.start()
        moment.wait(child, shop.home)
        child.kill()
        if child.code() == -signal.SIGKILL:
            found.judge(shop, child.said())
            misses = 0
        elif (misses := misses + 1) > MAX_MISSES:
            found.broken.append(f"{misses} runs in a row ended before their moment")
            break
    return found


def kill_at_steps(shop: Workshop, points: int) -> Kills:
    """A run killed just before it opens, makes, renames or removes a file: so many such steps.

    They lie evenly between the first and the last.
    """
    found = Kills(shop.operation.name)
    shop.renew()
    child = shop.start(dies_at=0)
    if child.code():
        raise RuntimeError(f"{found.operation} fails by itself: {child.said()}")
    steps = child.steps()
    for number in range(1, steps + 1, -(-steps // points)):
        shop.renew()
        child = shop.start(dies_at=number)
        if child.code() == -signal.SIGKILL:  # where threads share the work, the last may not come
            found.judge(shop, child.said())
    return found


def main() -> int:
    """Print a line an operation and kind of moment; the exit code says whether all held."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.crash")
    parser.add_argument("--kills", type=int, default=50, help="at random moments, an operation")
    parser.add_argument("--steps", type=int, default=50, help="kills at steps on files, 0: none")
    parser.add_argument("--only", default="", help="names of operations, with commas between")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    names = [name for name in options.only.split(",") if name]
    heads = "".join(f"{name:>9}" for name in (*COLUMNS, "broken"))
    sys.stdout.write(f"{'operation':<12}{'moments':<9}{heads}\n")
    held = True
    for operation in operations(names):
        with workshop(operation) as shop:
            kinds = {"random": kill_at_random(shop, options.kills, options.seed)}
            if options.steps:
                kinds["steps"] = kill_at_steps(shop, options.steps)
        for kind, kills in kinds.items():
            figures = "".join(f"{kills.counts[name]:>9}" for name in COLUMNS)
            told = "".join(f"  {broken}\n" for broken in kills.broken[:5])
            figures = f"{kind:<9}{figures}{len(kills.broken):>9}"
            sys.stdout.write(f"{operation.name:<12}{figures}\n{told}")
            sys.stdout.flush()
            held &= not kills.broken
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
