from datetime import UTC, datetime

import pytest
from sqlalchemy import Inspector, insert, inspect, select

from search.errors import JudgingError
from search.judging.database import Database
from search.judging.judgment import Judgment
from search.judging.pool import Pool, PoolItem
from search.judging.schema import MIGRATIONS, judgments, metadata, schema_version
from search.judging.store import JudgmentStore


def database(url: str) -> Database:
    with JudgmentStore.open(url):
        return Database(url, timeout=5)


def test_a_new_database_has_every_table_column_and_the_newest_version(url: str) -> None:
    opened = database(url)
    with opened.read() as connection:
        found: Inspector = inspect(connection)
        for table in metadata.sorted_tables:
            columns = [column["name"] for column in found.get_columns(table.name)]
            assert columns == table.columns.keys()
        versions = connection.scalars(select(schema_version.c.version)).all()
    opened.close()
    assert list(versions) == list(range(1, len(MIGRATIONS) + 1))


def test_opening_again_migrates_nothing(url: str) -> None:
    opened = database(url)
    with opened.read() as connection:
        first = connection.execute(select(schema_version)).all()
    with JudgmentStore.open(url), opened.read() as connection:
        assert connection.execute(select(schema_version)).all() == first
    opened.close()


def test_an_older_database_is_lifted_and_keeps_its_judgments(url: str, judgment: Judgment) -> None:
    with JudgmentStore.open(url) as store:
        saved = store.save(judgment)
    opened = Database(url, timeout=5)
    with opened.write("schema") as connection:  # as the first version left it
        for name in ("votes", "pool_items", "pools"):
            metadata.tables[name].drop(connection)
        connection.execute(schema_version.delete().where(schema_version.c.version > 1))
    opened.close()
    with JudgmentStore.open(url) as store:
        assert store.current() == [saved]
        item = PoolItem("глубина", "q1", "", "baikal", "baikal", judgment.text_hash)
        assert store.save_pool(Pool("озёра", (item,))) == store.pool("озёра")


def test_a_newer_database_is_refused_with_both_versions(url: str) -> None:
    opened = database(url)
    with opened.write("schema") as connection:
        row = {"version": 99, "time": datetime.now(UTC)}
        connection.execute(insert(schema_version).values(row))
    opened.close()
    with pytest.raises(JudgingError, match=f"version 99, this program knows {len(MIGRATIONS)}"):
        JudgmentStore.open(url)


def test_the_database_itself_refuses_a_grade_that_is_none(url: str) -> None:
    opened = database(url)
    row = dict.fromkeys(judgments.columns.keys()[1:], "х") | {"grade": 4, "time": datetime.now(UTC)}
    with pytest.raises(JudgingError, match="the database refused"), opened.write("x") as connection:
        connection.execute(insert(judgments).values(row))
    opened.close()
