"""Snapshots in a folder: one JSON file each, written once, checked when read."""

import hashlib
import json
import os
import re
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from search.errors import JudgingError
from search.judging.snapshots import IndexIdentity, RankedPassage, Snapshot
from search.lone_writer import lone_writer

FORMAT = 1
_NEW = ".new"
_NAME = re.compile(r"[\w-][\w.-]{0,59}")


def check_free(folder: Path, name: str) -> None:
    """Raise `JudgingError` when `name` can't be a snapshot's or one of that name is there."""
    if snapshot_file(folder, name).exists():
        raise _taken(folder, name)


def save_snapshot(snapshot: Snapshot, folder: Path) -> Path:
    """Write `folder`/<name>.json whole or not at all, never over another; returns the file.

    Raises `JudgingError` when the name is taken or the folder can't be written.
    """
    check_free(folder, snapshot.name)
    file = snapshot_file(folder, snapshot.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            lone_writer(folder, f"*{_NEW}"),
            tempfile.NamedTemporaryFile("w", dir=folder, suffix=_NEW, encoding="utf-8") as fresh,
        ):
            fresh.write(_as_json(snapshot))
            fresh.flush()
            os.fchmod(fresh.fileno(), 0o644)
            os.fsync(fresh.fileno())
            try:
                os.link(fresh.name, file)  # unlike a rename it fails when the name is taken
            except FileExistsError as error:
                raise _taken(folder, snapshot.name) from error
        _sync(folder)
    except OSError as error:
        raise JudgingError(
            f"{folder}: can't be written ({error.strerror}). Make room or set SNAPSHOTS_DIR."
        ) from error
    return file


def load_snapshot(folder: Path, name: str) -> Snapshot:
    """Read a snapshot; raises `JudgingError` naming a file that is missing, broken or newer."""
    file = snapshot_file(folder, name)
    try:
        fields = json.loads(file.read_text(encoding="utf-8"))
        version = fields["format"]
        if version == FORMAT:
            if _sha256(fields["snapshot"]) != fields["sha256"]:
                raise ValueError("its SHA-256 is another")
            return _from_json(name, fields["snapshot"])
    except FileNotFoundError as error:
        there = ", ".join(snapshot_names(folder)) or "none"
        raise JudgingError(
            f"{folder}: no snapshot {name!r}. Choose one that is there ({there})."
        ) from error
    except OSError as error:
        raise JudgingError(f"{file}: can't be read ({error.strerror}).") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise JudgingError(
            f"{file}: broken or changed since it was taken ({error}). Remove it and take it again."
        ) from error
    raise JudgingError(
        f"{file}: snapshot format {version!r}, this version reads {FORMAT}. "
        "Read it with the version that wrote it, or take it again."
    )


def snapshot_names(folder: Path) -> list[str]:
    """Names of the snapshots in a folder, sorted; none when there is no folder."""
    return sorted(file.stem for file in folder.glob("*.json") if _NAME.fullmatch(file.stem))


def snapshot_file(folder: Path, name: str) -> Path:
    """Where a snapshot of this name is kept; raises `JudgingError` for a name no file can have."""
    if not _NAME.fullmatch(name):
        raise JudgingError(
            f"{name!r} can't name a snapshot: use up to 60 letters, digits, dots, - and _ "
            "(no dot first)."
        )
    return folder / f"{name}.json"


def _taken(folder: Path, name: str) -> JudgingError:
    return JudgingError(
        f"{folder}: there is a snapshot {name!r} already. Choose another name; "
        "snapshots are never overwritten."
    )


def _as_json(snapshot: Snapshot) -> str:
    lists = [ranked for of in snapshot.stages.values() for ranked in of.values()]
    fields: dict[str, object] = {
        "created": snapshot.created.isoformat(),
        "set": snapshot.set,
        "settings": snapshot.settings,
        "index": asdict(snapshot.index),
        "reranker": snapshot.reranker,
        "reranker_fingerprint": snapshot.reranker_fingerprint,
        "queries": snapshot.queries,
        "documents": {p.passage_id: p.document_id for ranked in lists for p in ranked},
        "stages": {
            stage: {
                query: [[p.passage_id, p.score] for p in ranked] for query, ranked in of.items()
            }
            for stage, of in snapshot.stages.items()
        },
    }
    return _dumped({"format": FORMAT, "sha256": _sha256(fields), "snapshot": fields}) + "\n"


def _dumped(fields: dict[str, object]) -> str:
    return json.dumps(fields, separators=(",", ":"))


def _sha256(fields: dict[str, object]) -> str:
    return hashlib.sha256(_dumped(fields).encode()).hexdigest()


def _from_json(name: str, fields: dict[str, Any]) -> Snapshot:
    documents = fields["documents"]
    queries = {str(query): str(text) for query, text in fields["queries"].items()}
    stages = {
        stage: {
            query: tuple(
                RankedPassage(passage, documents[passage], None if score is None else float(score))
                for passage, score in of[query]
            )
            for query in queries
        }
        for stage, of in fields["stages"].items()
    }
    return Snapshot(
        name=name,
        created=datetime.fromisoformat(fields["created"]).astimezone(UTC),
        set=str(fields["set"]),
        settings=dict(fields["settings"]),
        index=IndexIdentity(**fields["index"]),
        reranker=str(fields["reranker"]),
        reranker_fingerprint=str(fields["reranker_fingerprint"]),
        queries=queries,
        stages=stages,
    )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
