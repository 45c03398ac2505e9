"""The tables of judgments and how an older database is lifted to them."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    func,
    insert,
    select,
)

from search.errors import JudgingError


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the zone, PostgreSQL answers in its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC before it is stored."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With its zone when it is read."""
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


metadata = MetaData()

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("time", UtcTime, nullable=False),
)
"""A row for each migration that was run."""

judgments = Table(
    "judgments",
    metadata,
    Column("id", Integer, primary_key=True),
    # SHA-256 of query and passage id, which may be longer than PostgreSQL lets an index be.
    Column("pair", String(64), nullable=False),
    Column("query", Text, nullable=False),
    Column("passage_id", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("annotator", Text, nullable=False),
    Column("grade", Integer, CheckConstraint("grade BETWEEN 0 AND 3")),
    Column("comment", Text, nullable=False),
    Column("query_id", Text, nullable=False),
    Column("pool", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("time", UtcTime, nullable=False),
    Index("judgments_by_annotator", "annotator", "pair"),
    sqlite_autoincrement=True,
)
"""Rows are only ever added."""

undos = Table(
    "undos",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("judgment_id", ForeignKey("judgments.id"), nullable=False, unique=True),
    Column("time", UtcTime, nullable=False),
)

pools = Table(
    "pools",
    metadata,
    Column("name", Text, primary_key=True),
    Column("overlap", Integer, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
)

pool_items = Table(
    "pool_items",
    metadata,
    Column("pool", ForeignKey("pools.name"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("query", Text, nullable=False),
    Column("query_id", Text, nullable=False),
    Column("need", Text, nullable=False),
    Column("passage_id", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("sources", JSON, nullable=False),
)

votes = Table(
    "votes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("query", Text, nullable=False),
    Column("annotator", Text, nullable=False),
    Column("settings_a", JSON, nullable=False),
    Column("settings_b", JSON, nullable=False),
    Column("choice", Text, CheckConstraint("choice IN ('a', 'b', 'tie')"), nullable=False),
    Column("time", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
"""Rows are only ever added."""


def migrate(connection: Connection) -> None:
    """Run the migrations a database lacks, inside the caller's transaction.

    Raises `JudgingError` for a database that a newer version of the product has written.
    """
    schema_version.create(connection, checkfirst=True)
    version = connection.scalar(select(func.max(schema_version.c.version))) or 0
    if version > len(MIGRATIONS):
        raise JudgingError(
            f"the judgments database has schema version {version}, this program knows "
            f"{len(MIGRATIONS)}. Update the program or give DATABASE_URL another database."
        )
    for number, migration in enumerate(MIGRATIONS[version:], version + 1):
        migration(connection)
        connection.execute(insert(schema_version).values(version=number, time=datetime.now(UTC)))


def _judgments(connection: Connection) -> None:
    metadata.create_all(connection, [judgments, undos], checkfirst=False)


def _pools(connection: Connection) -> None:
    metadata.create_all(connection, [pools, pool_items], checkfirst=False)


def _votes(connection: Connection) -> None:
    metadata.create_all(connection, [votes], checkfirst=False)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_judgments, _pools, _votes)
"""Version n is reached by the n-th. Never change one that was released: a change of a table is a
migration of its own, and the one that created the table then gets a copy of it as it was."""
