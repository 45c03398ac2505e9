"""A disk that is full after every page and every file that an operation needs, or read-only:

python -m tests.torture.full_disk [--points 0] [--only build,add,remove,judge,checkpoint]

Each time the operation must end with 1 and one line that names the folder and what to do, leave
what was in use as it was and no file that belongs to nothing; and end well once there is room.
Needs the right to mount a tmpfs, as root has.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.torture.crash import operations
from tests.torture.disk import SmallDisk, small_disk
from tests.torture.moments import LOOK
from tests.torture.operation import Broken, Operation
from tests.torture.workshop import Workshop, workshop

COLUMNS = ("pages", "files", "read-only", "fitted")
ADVICE = ("room", "another", "check", "give", "set ", "free space")
"""One of these tells what to do."""
OF_SQLITE = ("-wal", "-shm")
"""Ends of the files that hold what was acknowledged until the database has room for it."""


@dataclass
class Refusals:
    """What came of an operation on a disk that refuses."""

    operation: str
    counts: Counter[str] = field(default_factory=Counter)
    """Points tried: room for so many "pages" and "files", "read-only"; "fitted": room enough."""
    broken: list[str] = field(default_factory=list)

    def judge(self, shop: Workshop, disk: SmallDisk, kind: str, refuse: Callable[[], None]) -> None:
        """One point: meet the refusal, then run again with room."""
        self.counts[kind] += 1
        disk.make_room()
        shop.renew()
        refuse()
        child = shop.start()
        code = child.code()
        try:
            if code == 0 and kind != "read-only":
                self.counts["fitted"] += 1
            else:
                _check_told(code, child.said(), disk)
            if not shop.operation.reads_alone:
                disk.make_room()
            state = shop.operation.check(shop.home, child.said())
            if code and state == "new" and shop.operation.ends_with("new"):
                raise Broken("it failed, but what it was to do is done")
            if strays := {s for s in shop.operation.strays(shop.home) if not s.endswith(OF_SQLITE)}:
                raise Broken(f"left behind: {sorted(strays)}")
            disk.make_room()
            if (after := shop.next_start(state, child.said())) != "new":
                raise Broken(f"with room the {after} one is in use")
        except Broken as error:
            self.broken.append(str(error))


def refuse(operation: Operation, points: int = 0) -> Refusals:
    """Full after so many pages and files evenly spread (0: after each); then read-only.

    Raises `NoDiskError` where nothing can be mounted.
    """
    found = Refusals(operation.name)
    with tempfile.TemporaryDirectory() as place, small_disk(Path(place)) as disk:
        with workshop(operation, Path(place) / "home") as shop:
            pages, files = _needed(shop, disk)
            full = (("pages", disk.leave, pages), ("files", disk.leave_files, files))
            for kind, leave, most in full:
                step = max(1, -(-most // points)) if points else 1
                for left in range(0, most, step):
                    found.judge(shop, disk, kind, partial(leave, left))
            found.judge(shop, disk, "read-only", disk.read_only)
    return found


def _needed(shop: Workshop, disk: SmallDisk) -> tuple[int, int]:
    """The most pages and files that a run takes up at once, beyond those before."""
    shop.renew()
    before = disk.used()
    most, child = before, shop.start()
    while child.running:
        time.sleep(LOOK)
        now = disk.used()
        most = max(most[0], now[0]), max(most[1], now[1])
    if child.code():
        raise RuntimeError(f"{shop.operation.name} fails by itself: {child.said()}")
    # A file that is there for less than a look is seldom seen: one of each is tried in any case.
    return max(1, most[0] - before[0]), max(1, most[1] - before[1])


def _check_told(code: int, said: str, disk: SmallDisk) -> None:
    """Exit code 1 and one line that names the place and what to do."""
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    if code != 1 or len(errors) != 1 or "Traceback" in said:
        raise Broken(f"ended with {code}: {said[-1500:]}")
    if str(disk.place) not in errors[0] or "None" in errors[0]:
        raise Broken(f"names no place or no reason: {errors[0]}")
    if not any(word in errors[0].lower() for word in ADVICE):
        raise Broken(f"doesn't say what to do: {errors[0]}")


def main() -> int:
    """Print a line an operation; the exit code says whether all held."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.full_disk")
    parser.add_argument("--points", type=int, default=50, help="pages, and files; 0: every one")
    parser.add_argument("--only", default="", help="names of operations, with commas between")
    options = parser.parse_args()
    names = [name for name in options.only.split(",") if name]
    heads = "".join(f"{name:>11}" for name in (*COLUMNS, "broken"))
    sys.stdout.write(f"{'operation':<12}{heads}\n")
    held = True
    for operation in operations(names):
        found = refuse(operation, options.points)
        figures = "".join(f"{found.counts[name]:>11}" for name in COLUMNS)
        told = "".join(f"  {broken}\n" for broken in found.broken[:5])
        sys.stdout.write(f"{operation.name:<12}{figures}{len(found.broken):>11}\n{told}")
        sys.stdout.flush()
        held &= not found.broken
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
