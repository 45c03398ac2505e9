"""Programs that keep one thing after another and say so of each: judgments, users, backups …"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.command import run_command
from index.errors import RetrievalError
from search.access.roles import Role
from search.access.users import UsersFile
from search.judging.backup import back_up, restore
from search.judging.judgment import Judgment
from search.judging.snapshot_files import load_snapshot, save_snapshot, snapshot_names
from search.judging.snapshots import IndexIdentity, RankedPassage, Snapshot
from search.judging.store import JudgmentStore
from search.promotion import history, promote
from tests.torture.operation import Broken, tree

Save = Callable[[str], object]
"""Keeps what has this name; it is kept when this returns."""


@dataclass(frozen=True)
class RecordOperation:
    """A writer of `count` things; what it has said to be kept must be there after any end."""

    name: str
    count: int
    open: Callable[[Path], Iterator[Save]]
    """A generator of the one function that saves, and closes after."""
    kept: Callable[[Path], list[str]]
    """The names of what is there, in order; raises an error of ours when it can't be read."""
    own: tuple[str, ...]
    """The files there may be when no writer runs."""
    reads_alone: bool = True

    def prepare(self, home: Path) -> None:
        """Some things kept before."""
        with contextmanager(self.open)(home) as save:
            for number in range(3):
                save(_named(number))

    def run(self, home: Path) -> int:
        """Go on where what is there ends; an error of ours is one line, as on any command line."""

        def program(_: object) -> None:
            first = len(self.kept(home))
            with contextmanager(self.open)(home) as save:
                for number in range(first, first + self.count):
                    save(_named(number))
                    os.write(1, f"{_named(number)}\n".encode())

        parser = argparse.ArgumentParser()
        parser.set_defaults(run=program)
        return run_command(parser, [])

    def check(self, home: Path, said: str) -> str:
        """What was kept before and what was acknowledged is there; one more may be."""
        acknowledged = [line for line in said.splitlines() if line.startswith("№")]
        try:
            found = self.kept(home)
        except RetrievalError as error:
            raise Broken(f"what was kept can't be read: {error}") from error
        if found != [_named(number) for number in range(len(found))]:
            raise Broken(f"something else than what was saved: {found[-3:]}")
        if lost := set(acknowledged) - set(found):
            raise Broken(f"acknowledged and lost: {sorted(lost)}")
        surplus = len(found) - 3 - len(acknowledged)
        if surplus < 0 or surplus > (0 if "error: " in said else 1):
            raise Broken(f"{surplus} more than acknowledged: {said[-300:]}")
        return "new" if len(found) > 3 else "old"

    def strays(self, home: Path) -> set[str]:
        """Anything but the files of the kept."""
        return {name for name in tree(home) if not any(Path(name).match(own) for own in self.own)}

    def ends_with(self, state: str) -> int:
        """There is always room for more."""
        return 0


def record_operations() -> list[RecordOperation]:
    """The judgments first; then what is kept beside them."""
    return [
        RecordOperation("judge", 30, _judging, _judged, ("judgments.sqlite",), False),
        RecordOperation("backup", 6, _backing_up, _backed_up, ("backup.gz", "judgments.sqlite")),
        RecordOperation("snapshot", 6, _snapping, _snapped, ("*.json",)),
        RecordOperation(
            "promote", 40, _promoting, _promoted, ("*.jsonl", "model", "*.safetensors")
        ),
        RecordOperation("users", 4, _enrolling, _enrolled, ("users.json",)),
    ]


def _named(number: int) -> str:
    return f"№{number:05}"


def _store(home: Path) -> JudgmentStore:
    return JudgmentStore.open(f"sqlite:///{home}/judgments.sqlite")


def _judgment(name: str) -> Judgment:
    comment = "ж" * (int(name[1:]) % 700)
    return Judgment("глубина Байкала", name, "д", "х", "Анна", int(name[1:]) % 4, comment)


def _judging(home: Path) -> Iterator[Save]:
    with _store(home) as store:
        yield lambda name: store.save(_judgment(name))


def _judged(home: Path) -> list[str]:
    with _store(home) as store:
        with store.database.read() as connection:
            whole = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        if whole != "ok":
            raise Broken(f"SQLite: {whole}")
        return [judgment.passage_id for judgment in store.current()]


def _backing_up(home: Path) -> Iterator[Save]:
    with _store(home) as store:

        def save(name: str) -> None:
            store.save(_judgment(name))
            back_up(store, home / "backup.gz")

        yield save


def _backed_up(home: Path) -> list[str]:
    """What the backup holds, restored elsewhere."""
    with tempfile.TemporaryDirectory() as folder, _store(Path(folder)) as store:
        restore(store, home / "backup.gz")
        return [judgment.passage_id for judgment in store.current()]


def _snapping(home: Path) -> Iterator[Save]:
    ranked = tuple(RankedPassage(f"п{number}", "д", number / 7) for number in range(100))

    def save(name: str) -> None:
        snapshot = Snapshot(
            name=name.replace("№", "n"),
            created=datetime(2025, 11, 24, tzinfo=UTC),
            set="demo",
            settings={},
            index=IndexIdentity("c" * 64, "a" * 64, "e" * 64, "encoder", 100, 1000, 1.2, 0.75),
            reranker="reranker",
            reranker_fingerprint="f" * 64,
            queries={str(number): "чем питается кит" for number in range(20)},
            stages={"bm25": {str(number): ranked for number in range(20)}},
        )
        save_snapshot(snapshot, home)

    yield save


def _snapped(home: Path) -> list[str]:
    return [load_snapshot(home, name).name.replace("n", "№") for name in snapshot_names(home)]


def _promoting(home: Path) -> Iterator[Save]:
    (home / "model").mkdir(exist_ok=True)
    weights = home / "model" / "model.safetensors"
    if not weights.exists():
        weights.write_bytes(b"weights")
    yield lambda name: promote(home / "promotions.jsonl", home / "model", name)


def _promoted(home: Path) -> list[str]:
    return [promotion.note for promotion in history(home / "promotions.jsonl")]


def _enrolling(home: Path) -> Iterator[Save]:
    users = UsersFile(home / "users.json")
    yield lambda name: users.add(name, Role.ANNOTATOR, "пароль-" + name)


def _enrolled(home: Path) -> list[str]:
    return list(UsersFile(home / "users.json").users())
