"""Judgments and pools kept in a database; nothing judged is ever changed or deleted."""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from search.errors import JudgingError
from search.judging.database import Database
from search.judging.judgment import Grade, Judgment, check_storable
from search.judging.pool import Pool, PoolItem
from search.judging.schema import judgments, migrate, pool_items, pools, undos
from search.judging.tasks import JudgedBy, Mark, who_judged

TIMEOUT = 15.0
"""Seconds to wait for a lock or a connection before saying so."""

_COLUMNS = [judgments.c[field.name] for field in fields(Judgment)]
_ITEM_COLUMNS = [pool_items.c[field.name] for field in fields(PoolItem)]


@dataclass(frozen=True, slots=True)
class Event:
    """A judgment that was made, and when it was taken back, if it was."""

    judgment: Judgment
    undone_at: datetime | None


class JudgmentStore:
    """The judgments of all annotators; threads may share it, a process opens its own.

    A judgment that is not undone and has no later one of the same annotator for the same query
    and passage *stands*. All methods raise `JudgingError` when the database fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str, timeout: float = TIMEOUT) -> Self:
        """Open "sqlite:////absolute/path" or "postgresql+psycopg://user:password@host/name".

        Makes folder and tables, or lifts older tables. Raises `JudgingError` for what can't be
        reached or written, is no database, or was written by a newer version of the product.
        """
        database = Database(url, timeout)
        try:
            with database.write("schema") as connection:
                migrate(connection)
        except BaseException:
            database.close()
            raise
        return cls(database)

    @property
    def database(self) -> Database:
        """Where the judgments are, for what else is kept beside them."""
        return self._database

    def save(self, judgment: Judgment) -> Judgment:
        """Add a judgment; it is on the disk, with its id and time, when this returns.

        When the one that stands says the same (grade, comment, pool, text), as after a double
        click, that one is returned and nothing is added. Trying again after an error is safe.
        """
        pair = _pair_of(judgment.query, judgment.passage_id)
        with self._database.write(_lock(judgment.annotator)) as connection:
            same_pair = (judgments.c.annotator == judgment.annotator, judgments.c.pair == pair)
            standing = _latest(connection, *same_pair)
            if standing and _said(standing) == _said(judgment):
                return standing
            return _added(connection, replace(judgment, time=datetime.now(UTC)))

    def undo(self, annotator: str, pool: str | None = None) -> Judgment | None:
        """Withdraw the annotator's latest standing judgment (of a pool) and return it.

        The one before it for the same query and passage, if any, stands again. None when there is
        nothing to withdraw. The history keeps both.
        """
        chosen = _chosen(annotator, pool)
        with self._database.write(_lock(annotator)) as connection:
            latest = _latest(connection, *chosen)
            if latest:
                values = {"judgment_id": latest.id, "time": datetime.now(UTC)}
                connection.execute(insert(undos).values(values))
        return latest

    def current(self, annotator: str | None = None, pool: str | None = None) -> list[Judgment]:
        """The standing judgments, oldest first; with `pool`, as if the others were not there."""
        standing = _stands(*_chosen(annotator, pool))
        chosen = select(*_COLUMNS).where(standing).order_by(judgments.c.id)
        with self._database.read() as connection:
            return [_judgment(row) for row in connection.execute(chosen)]

    def standing(self, annotator: str, query: str, passage_id: str) -> Judgment | None:
        """The annotator's standing judgment of a passage for a query, if there is one."""
        pair = _pair_of(query, passage_id)
        with self._database.read() as connection:
            return _latest(connection, judgments.c.annotator == annotator, judgments.c.pair == pair)

    def grades_of(self, annotator: str, query: str) -> dict[str, Grade | None]:
        """Passage id -> the annotator's standing grade for a query."""
        chosen = (
            select(judgments.c.passage_id, judgments.c.grade)
            .where(*_chosen(annotator, None), judgments.c.query == query, _not_undone())
            .order_by(judgments.c.id)
        )
        with self._database.read() as connection:
            return {passage_id: grade for passage_id, grade in connection.execute(chosen)}

    def judged_by(self, pool: Pool) -> JudgedBy:
        """Who judged each item of a pool: `who_judged` without reading whole judgments."""
        chosen = select(*(judgments.c[field] for field in Mark._fields)).where(_stands())
        with self._database.read() as connection:
            return who_judged(pool, (Mark(*row) for row in connection.execute(chosen)))

    def history(self, annotator: str | None = None) -> list[Event]:
        """Every judgment ever made, oldest first, with the time it was undone."""
        chosen = (
            select(*_COLUMNS, undos.c.time)
            .select_from(judgments.outerjoin(undos))
            .where(*_chosen(annotator, None))
            .order_by(judgments.c.id)
        )
        with self._database.read() as connection:
            return [Event(_judgment(row[:-1]), row[-1]) for row in connection.execute(chosen)]

    def is_empty(self) -> bool:
        """Whether no judgment was ever made; there may be pools."""
        with self._database.read() as connection:
            return _is_empty(connection)

    def count(self) -> int:
        """How many judgments were ever made, those taken back among them."""
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(judgments)).scalar_one()

    def restore(self, events: Iterable[Event]) -> int:
        """Add a history, oldest first, to a store without judgments; says how many were added.

        Times and undos stay as they were, ids are new. A store that holds a judgment, be it an
        undone one, is left as it is.
        """
        count = 0
        with self._database.write("restore") as connection:
            self._database.exclude_writers(connection, judgments.name)
            if not _is_empty(connection):
                return 0
            for event in events:
                added = _added(connection, event.judgment)
                if event.undone_at:
                    values = {"judgment_id": added.id, "time": event.undone_at}
                    connection.execute(insert(undos).values(values))
                count += 1
        return count

    def save_pool(self, pool: Pool) -> Pool:
        """Add a pool and return it with its time; raises `JudgingError` when the name is taken."""
        _check_pool(pool)
        pool = replace(pool, created=pool.created or datetime.now(UTC))
        values = {column.name: getattr(pool, column.name) for column in pools.c}
        rows = [
            {"pool": pool.name, "position": position, **_values(item)}
            for position, item in enumerate(pool.items)
        ]
        with self._database.write("pools") as connection:
            try:
                connection.execute(insert(pools).values(values))
            except IntegrityError as error:
                raise JudgingError(
                    f"there is already a pool named {pool.name!r}. Choose another name."
                ) from error
            connection.execute(insert(pool_items), rows)
        return pool

    def pool(self, name: str) -> Pool:
        """The pool of that name; raises `JudgingError` when there is none."""
        check_storable("pool name", name)
        found = self._pools(pools.c.name == name)
        if not found:
            known = ", ".join(map(repr, self.pool_names())) or "none yet"
            raise JudgingError(f"there is no pool {name!r}. Choose one of: {known}.")
        return found[0]

    def pools(self) -> list[Pool]:
        """All pools with their items, oldest first."""
        return self._pools()

    def pool_names(self) -> list[str]:
        """The names of all pools, oldest first."""
        with self._database.read() as connection:
            return list(connection.scalars(select(pools.c.name).order_by(pools.c.created)))

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _pools(self, *conditions: ColumnElement[bool]) -> list[Pool]:
        order = (pools.c.created, pools.c.name, pool_items.c.position)
        chosen = (
            select(pools, *_ITEM_COLUMNS)
            .select_from(pools.join(pool_items))
            .where(*conditions)
            .order_by(*order)
        )
        found: dict[str, tuple[dict[str, Any], list[PoolItem]]] = {}
        with self._database.read() as connection:
            for row in connection.execute(chosen).mappings():
                values = {column.name: row[column] for column in pools.c}
                _, items = found.setdefault(row[pools.c.name], (values, []))
                item = {column.name: row[column] for column in _ITEM_COLUMNS}
                items.append(PoolItem(**{**item, "sources": tuple(item["sources"])}))
        return [Pool(items=tuple(items), **values) for values, items in found.values()]


def _added(connection: Connection, judgment: Judgment) -> Judgment:
    values = _values(judgment)
    del values["id"]
    pair = _pair_of(judgment.query, judgment.passage_id)
    added = insert(judgments).values(pair=pair, **values).returning(judgments.c.id)
    return replace(judgment, id=connection.execute(added).scalar_one())


def _is_empty(connection: Connection) -> bool:
    return connection.execute(select(judgments.c.id).limit(1)).first() is None


def _pair_of(query: str, passage_id: str) -> str:
    return hashlib.sha256(f"{query}\0{passage_id}".encode()).hexdigest()


def _lock(annotator: str) -> str:
    return f"annotator {annotator}"


def _said(judgment: Judgment) -> tuple[object, ...]:
    return judgment.grade, judgment.comment, judgment.pool, judgment.text_hash


def _chosen(annotator: str | None, pool: str | None) -> list[ColumnElement[bool]]:
    conditions = []
    for column, value in ((judgments.c.annotator, annotator), (judgments.c.pool, pool)):
        if value is not None:
            check_storable(column.name, value)
            conditions.append(column == value)
    return conditions


def _stands(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of what meets the conditions and is not undone, an annotator's last word on each pair."""
    last = (
        select(func.max(judgments.c.id))
        .where(*conditions, _not_undone())
        .group_by(judgments.c.annotator, judgments.c.pair)
    )
    return judgments.c.id.in_(last)


def _not_undone() -> ColumnElement[bool]:
    return judgments.c.id.not_in(select(undos.c.judgment_id))


def _latest(connection: Connection, *conditions: ColumnElement[bool]) -> Judgment | None:
    chosen = select(*_COLUMNS).where(*conditions, _not_undone())
    row = connection.execute(chosen.order_by(judgments.c.id.desc()).limit(1)).first()
    return _judgment(row) if row else None


def _judgment(row: Row[Any] | tuple[Any, ...]) -> Judgment:
    return Judgment(*row)


def _values(item: Judgment | PoolItem) -> dict[str, Any]:
    return {field.name: getattr(item, field.name) for field in fields(item)}


def _check_pool(pool: Pool) -> None:
    check_storable("snapshot", pool.snapshot)
    for item in pool.items:
        *texts, sources = astuple(item)
        for text in (*texts, *sources):
            check_storable(f"pool item {item.passage_id!r}", text)
