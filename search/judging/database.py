"""A database URL -> transactions: SQLite or PostgreSQL, with failures a person can act on."""

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, func, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from search.errors import JudgingError

_BUSY = "another program or person held it for too long. Nothing was written; try again"
_FULL = "no room on the disk. Nothing was written; make room and try again"
_READ_ONLY = "it can't be written. Give DATABASE_URL a place you may write to"
_PAUSE = 0.01
"""Seconds between two tries at what SQLite does not wait for by itself."""
_LONGEST_QUOTE = 300
"""Characters of the database's own words in a message."""
_SQLITE_ADVICE = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_PROTOCOL": _BUSY,
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR": "the disk failed or is full. Nothing was written; check it and try again",
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_CANTOPEN": "it can't be opened for writing. Check the path of DATABASE_URL",
    "SQLITE_NOTADB": "it is no SQLite database. Move the file away or change DATABASE_URL",
    "SQLITE_CORRUPT": "the file is damaged. Restore a copy or give DATABASE_URL a new file",
}
"""SQLite's primary result codes -> what is wrong and what to do."""
_POSTGRES_ADVICE = {
    "55P03": _BUSY,
    "57014": _BUSY,
    "40": _BUSY,
    "25006": _READ_ONLY,
    "42501": "the user may not do this. Grant it the rights or change DATABASE_URL",
    "53100": _FULL,
    "53": "the server has no resources left. Nothing was written; try again later",
}
"""SQLSTATE or its class -> what is wrong and what to do."""
_UNREACHABLE = (
    "the server can't be reached or refused. Check that it runs, and host, user, password and "
    "database in DATABASE_URL"
)


class Database:
    """Short transactions on one database; threads may share it, a process opens its own.

    SQLite: one writer at a time (BEGIN IMMEDIATE), every commit on the disk before it returns.
    Every wait (a lock, a connection) ends after `timeout` seconds with a `JudgingError`.
    """

    def __init__(self, url: str, timeout: float) -> None:
        parsed = _parsed(url)
        self._place = parsed.render_as_string(hide_password=True)
        self._timeout = timeout
        self._sqlite = parsed.get_backend_name() == "sqlite"
        # SQLite's own waiting polls, and lets some starve; threads of one process queue here.
        self._queue = threading.Lock()
        if self._sqlite:
            _make_folder(parsed)
            options: dict[str, Any] = {"timeout": timeout}
        else:
            options = {"connect_timeout": max(2, round(timeout))}
        try:
            self._engine = create_engine(
                parsed, connect_args=options, pool_timeout=timeout, pool_pre_ping=True
            )
        except ImportError as error:
            raise JudgingError(
                f"{self._place}: the driver of PostgreSQL can't be loaded ({error}). "
                'Run pip install "psycopg[binary]".'
            ) from error
        self._writer = self._engine.execution_options(writes=True)
        if self._sqlite:
            event.listen(self._engine, "connect", self._prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        else:
            event.listen(self._engine, "begin", self._limit_waiting)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def read_at_once(self) -> Iterator[Connection]:
        """A transaction whose every question is answered as of one moment."""
        with self.read() as connection:
            if not self._sqlite:  # SQLite does so anyway
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield connection

    @contextmanager
    def write(self, lock: str) -> Iterator[Connection]:
        """A transaction that commits at the end of the block; one at a time for a `lock`."""
        with self._explained(), self._queued(), self._writer.begin() as connection:
            if not self._sqlite:  # SQLite has locked the whole file by now
                key = func.hashtextextended(lock, 0)
                connection.execute(select(func.pg_advisory_xact_lock(key)))
            yield connection

    def exclude_writers(self, connection: Connection, table: str) -> None:
        """Nobody else writes to the table until the `write` block ends; reading goes on."""
        if not self._sqlite:  # SQLite has locked the whole file by now
            connection.exec_driver_sql(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")

    def _prepare_sqlite(self, connection: DBAPIConnection, _: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        until = time.monotonic() + self._timeout
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor = connection.cursor()
            while True:  # SQLite's own waiting does not cover the change to WAL of a new file
                try:
                    cursor.execute(f"PRAGMA {pragma}")
                    break
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                        raise
                    time.sleep(_PAUSE)
            cursor.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _queued(self) -> Iterator[None]:
        if not self._sqlite:
            yield
        elif not self._queue.acquire(timeout=self._timeout):
            raise JudgingError(f"{self._place}: {_BUSY}.")
        else:
            try:
                yield
            finally:
                self._queue.release()

    def _limit_waiting(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(self._timeout * 1000)}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise JudgingError(f"{self._place}: {_advice(error)}.") from error


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        shown = re.sub("//.*@", "//***@", url)
        raise JudgingError(f"DATABASE_URL={shown!r} is no database URL. {_EXPECTED}") from error
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise JudgingError(f"DATABASE_URL names the driver {parsed.drivername!r}. {_EXPECTED}")
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise JudgingError(f"DATABASE_URL={url!r} names no file. {_EXPECTED}")
    return parsed


_EXPECTED = (
    "Give sqlite:////absolute/path.sqlite or postgresql+psycopg://user:password@host/database."
)


def _make_folder(url: URL) -> None:
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JudgingError(
            f"{folder}: the folder for judgments can't be made ({error.strerror}). "
            "Give DATABASE_URL a place you may write to."
        ) from error


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _advice(error: Exception) -> str:
    if isinstance(error, PoolTimeout):
        return _BUSY
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    said = " ".join(str(cause).split())[:_LONGEST_QUOTE]
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        advice = _SQLITE_ADVICE.get("_".join(name.split("_")[:2]))
    else:
        state = getattr(cause, "sqlstate", None) or ""
        lost = not state or state[:2] in ("08", "57")
        advice = _POSTGRES_ADVICE.get(state) or _POSTGRES_ADVICE.get(state[:2])
        advice = advice or (_UNREACHABLE if lost else None)
    if advice is None:
        return f"the database refused ({said}). Check DATABASE_URL, or report this"
    return f"{advice} ({said})"
