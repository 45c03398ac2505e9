"""A folder of snapshots -> a line about each, broken ones with their error."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from search.errors import JudgingError
from search.judging.snapshot_files import load_snapshot, snapshot_file, snapshot_names


@dataclass(frozen=True, slots=True)
class SnapshotLine:
    """What a list shows of a snapshot."""

    name: str
    created: datetime
    set: str
    queries: int
    passages: int
    reranker: str
    reranker_fingerprint: str


@dataclass(frozen=True, slots=True)
class BrokenSnapshot:
    """A file that can't be read as a snapshot, and why."""

    name: str
    error: str


@dataclass(frozen=True, slots=True)
class SnapshotList:
    """The readable ones newest first, and the broken ones by name."""

    snapshots: tuple[SnapshotLine, ...]
    broken: tuple[BrokenSnapshot, ...]

    @property
    def names(self) -> list[str]:
        """Names of the readable ones, newest first."""
        return [line.name for line in self.snapshots]


def list_snapshots(folder: Path) -> SnapshotList:
    """Read every snapshot of a folder; a file is read again only when it changed."""
    lines, broken = [], []
    for name in snapshot_names(folder):
        try:
            status = snapshot_file(folder, name).stat()
            lines.append(_line(folder, name, status.st_mtime_ns, status.st_size))
        except JudgingError as error:
            broken.append(BrokenSnapshot(name, str(error)))
        except FileNotFoundError:
            continue  # removed since the folder was read
        except OSError as error:
            broken.append(BrokenSnapshot(name, f"{folder}: can't be read ({error.strerror})."))
    lines.sort(key=lambda line: (line.created, line.name), reverse=True)
    return SnapshotList(tuple(lines), tuple(broken))


@lru_cache(maxsize=1024)
def _line(folder: Path, name: str, changed: int, size: int) -> SnapshotLine:
    """`changed` and `size` tell one state of the file from another."""
    snapshot = load_snapshot(folder, name)
    return SnapshotLine(
        name=name,
        created=snapshot.created,
        set=snapshot.set,
        queries=len(snapshot.queries),
        passages=snapshot.index.passages,
        reranker=snapshot.reranker,
        reranker_fingerprint=snapshot.reranker_fingerprint,
    )
