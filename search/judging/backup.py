"""Everything people have judged <-> one file: a copy that nothing is missing from.

A backup is JSON lines, gzipped: a head, a line for each row of each table in `TABLES`, and a tail
with the number of rows and the SHA-256 of all lines before it. Rows keep their ids, so a restored
database is the one that was copied.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from search.errors import JudgingError
from search.judging.schema import MIGRATIONS, UtcTime, judgments, pool_items, pools, undos, votes
from search.judging.store import JudgmentStore

TABLES = (pools, pool_items, judgments, undos, votes)
"""In an order in which a row comes after those it refers to."""
Rows = Counter[str]
"""Table -> how many rows of it there are."""

_FORMAT = "russian-search judgments"
_BATCH = 1000
"""Rows read and written at once."""


def back_up(store: JudgmentStore, file: Path) -> Rows:
    """Copy the database as it is at one moment into `file`; people may go on judging.

    The file, which holds names, is its owner's to read only, and is replaced whole or not at all.
    Raises `JudgingError` when the database fails or the file can't be written.
    """
    draft = file.with_name(f".{file.name}.draft")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            with gzip.GzipFile("", "wb", fileobj=raw) as stream:
                rows = _write(store, stream)
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(file)
    except OSError as error:
        raise JudgingError(
            f"{file}: the backup can't be written ({error.strerror}). Make room or choose "
            "another place."
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()
    return rows


def restore(store: JudgmentStore, file: Path) -> Rows:
    """Fill an empty database with what `back_up` wrote, all of it or nothing.

    Raises `JudgingError` when the file is missing, damaged or of a newer version, when the
    database holds anything already, and when it fails.
    """
    _check(file)
    with store.database.write("restore") as connection:
        for table in TABLES:
            store.database.exclude_writers(connection, table.name)
            if held := connection.scalar(select(func.count()).select_from(table)):
                raise JudgingError(
                    f"the database has {held} rows in {table.name} already. Restore into an empty "
                    "one: give DATABASE_URL another."
                )
        rows = Rows()
        for name, found in groupby(_rows(file), lambda row: row["table"]):
            table = next(table for table in TABLES if table.name == name)
            while batch := [_values(table, row["row"]) for row in islice(found, _BATCH)]:
                connection.execute(insert(table), batch)
                rows[name] += len(batch)
        _go_on_counting(connection)
    return rows


def _write(store: JudgmentStore, stream: gzip.GzipFile) -> Rows:
    digest, rows = hashlib.sha256(), Rows()

    def put(line: dict[str, Any]) -> None:
        content = _line(line)
        digest.update(content)
        stream.write(content)

    put({"format": _FORMAT, "schema": len(MIGRATIONS), "created": datetime.now(UTC)})
    with store.database.read_at_once() as connection:
        for table in TABLES:
            chosen = select(table).order_by(*table.primary_key)
            found = connection.execute(chosen, execution_options={"yield_per": _BATCH})
            for row in found.mappings():
                put({"table": table.name, "row": dict(row)})
                rows[table.name] += 1
    stream.write(_line({"rows": rows, "sha256": digest.hexdigest()}))
    return rows


def _check(file: Path) -> None:
    """Read the whole file once; raises `JudgingError` unless it is a backup, and whole."""
    digest, last = hashlib.sha256(), b""
    try:
        with gzip.open(file) as stream:
            head = stream.readline()
            said = json.loads(head)
            if said["format"] != _FORMAT:
                raise ValueError("it says to be something else")
            for line in stream:
                digest.update(last or head)
                last = line
        if json.loads(last)["sha256"] != digest.hexdigest():
            raise ValueError("its SHA-256 is another")
    except FileNotFoundError as error:
        raise JudgingError(f"{file}: there is no such file. Check the path.") from error
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise JudgingError(
            f"{file}: no backup, or a damaged one ({error}). Nothing was restored; take another."
        ) from error
    if said["schema"] > len(MIGRATIONS):
        raise JudgingError(
            f"{file}: has schema version {said['schema']}, this program knows {len(MIGRATIONS)}. "
            "Update the program."
        )


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file) as stream:
        for line in stream:
            if "table" in (row := json.loads(line)):
                yield row


def _values(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    times = {column.name for column in table.columns if isinstance(column.type, UtcTime)}
    return {
        name: datetime.fromisoformat(value) if name in times else value
        for name, value in row.items()
    }


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL counts ids by itself, unaware of those that were given."""
    if connection.dialect.name != "postgresql":
        return
    for table in TABLES:
        if "id" in table.columns:
            sequence = func.pg_get_serial_sequence(table.name, "id")
            highest = select(func.max(table.c.id)).scalar_subquery()
            connection.execute(select(func.setval(sequence, highest)))


def _line(content: dict[str, Any]) -> bytes:
    text = json.dumps(content, ensure_ascii=False, default=lambda time: time.isoformat())
    return text.encode() + b"\n"
