"""A backup brings back every row of every table, on both databases and from one to the other."""

import gzip
import hashlib
import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from search.__main__ import main
from search.errors import JudgingError
from search.judging.backup import TABLES, back_up, restore
from search.judging.judgment import Judgment
from search.judging.pool import Pool, PoolItem
from search.judging.schema import metadata
from search.judging.store import JudgmentStore
from search.judging.votes import Vote, save_vote
from search.settings import Settings
from search.variant import Variant

ITEM = PoolItem("глубина", "q1", "нужна цифра", "baikal#2", "baikal", "h", ("bm25", "dense"))


@pytest.fixture
def judged(store: JudgmentStore, judgment: Judgment) -> JudgmentStore:
    """Something in every table, a judgment that was taken back among it."""
    store.save_pool(Pool("озёра", (ITEM, replace(ITEM, passage_id="other")), seed=2**40))
    store.save(judgment)
    store.save(replace(judgment, annotator="Ёж\u2028\n", grade=None, comment="«не знаю»\t\\"))
    store.save(replace(judgment, grade=0))
    store.undo("Мария")
    variant = Variant.of(Settings(), "reranked")
    save_vote(store, Vote("кит", "Мария", variant, replace(variant, stage="bm25"), "tie"))
    return store


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[JudgmentStore]:
    with JudgmentStore.open(f"sqlite:///{tmp_path}/other/judgments.sqlite") as store:
        yield store


def rows(store: JudgmentStore) -> dict[str, list[tuple[object, ...]]]:
    with store.database.read() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in TABLES
        }


def test_every_table_that_people_fill_is_kept() -> None:
    assert {table.name for table in TABLES} == metadata.tables.keys() - {"schema_version"}


def test_nothing_is_lost(judged: JudgmentStore, empty: JudgmentStore, tmp_path: Path) -> None:
    file = tmp_path / "copy.jsonl.gz"
    kept = back_up(judged, file)
    assert kept == {"pools": 1, "pool_items": 2, "judgments": 3, "undos": 1, "votes": 1}
    assert restore(empty, file) == kept
    assert rows(empty) == rows(judged)
    assert empty.history() == judged.history()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("*.gz*")] == ["copy.jsonl.gz"]


def test_judging_goes_on_in_a_restored_database(
    url: str, empty: JudgmentStore, judgment: Judgment, tmp_path: Path
) -> None:
    for number in range(3):
        empty.save(replace(judgment, passage_id=str(number)))
    back_up(empty, tmp_path / "copy")
    with JudgmentStore.open(url) as store:
        restore(store, tmp_path / "copy")
        assert store.save(replace(judgment, passage_id="next")).id == 4
        assert store.count() == 4
        assert store.undo("Мария") is not None


def test_a_database_that_holds_something_stays_as_it_is(
    judged: JudgmentStore, empty: JudgmentStore, tmp_path: Path
) -> None:
    back_up(empty, tmp_path / "nothing")
    before = rows(judged)
    with pytest.raises(JudgingError, match="1 rows in pools already. Restore into an empty one"):
        restore(judged, tmp_path / "nothing")
    assert rows(judged) == before


def test_a_damaged_file_restores_nothing(empty: JudgmentStore, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    with JudgmentStore.open(f"sqlite:///{tmp_path}/full.sqlite") as full:
        full.save_pool(Pool("озёра", (ITEM,)))
        back_up(full, file)
    whole = file.read_bytes()
    for place in range(0, len(whole), 7):  # the gzip head holds bytes that mean nothing
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            restore(empty, file)
        except JudgingError as error:
            assert "damaged" in str(error)
            assert empty.pools() == []
        else:
            assert place < 10 and [pool.name for pool in empty.pools()] == ["озёра"]
            return  # what was changed was no content: all is there
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(JudgingError, match="damaged"):
            restore(empty, file)
    assert empty.pools() == []


@pytest.mark.parametrize("cut", [1, 2])
def test_a_file_without_its_last_lines_is_damaged(
    empty: JudgmentStore, tmp_path: Path, cut: int
) -> None:
    file = tmp_path / "copy"
    with JudgmentStore.open(f"sqlite:///{tmp_path}/full.sqlite") as full:
        full.save_pool(Pool("озёра", (ITEM,)))
        back_up(full, file)
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    file.write_bytes(gzip.compress(b"".join(lines[:-cut])))
    with pytest.raises(JudgingError, match="damaged"):
        restore(empty, file)


def test_a_changed_row_is_not_restored(empty: JudgmentStore, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    with JudgmentStore.open(f"sqlite:///{tmp_path}/full.sqlite") as full:
        full.save_pool(Pool("озёра", (ITEM,)))
        back_up(full, file)
    whole = gzip.decompress(file.read_bytes())
    changed = whole.replace("озёра".encode(), "морей".encode())
    assert changed != whole
    file.write_bytes(gzip.compress(changed))
    with pytest.raises(JudgingError, match="SHA-256 is another"):
        restore(empty, file)
    assert empty.pools() == []


def test_a_file_of_another_program_is_told_by_its_format(
    empty: JudgmentStore, tmp_path: Path
) -> None:
    (tmp_path / "foreign").write_bytes(gzip.compress(b'{"format": "recipes"}\n{"sha256": ""}'))
    with pytest.raises(JudgingError, match="no backup.*it says to be something else"):
        restore(empty, tmp_path / "foreign")


def test_a_newer_backup_asks_for_a_newer_program(empty: JudgmentStore, tmp_path: Path) -> None:
    head = json.dumps({"format": "russian-search judgments", "schema": 99}).encode() + b"\n"
    tail = json.dumps({"rows": {}, "sha256": hashlib.sha256(head).hexdigest()}).encode()
    (tmp_path / "new").write_bytes(gzip.compress(head + tail))
    with pytest.raises(JudgingError, match="schema version 99.*Update the program"):
        restore(empty, tmp_path / "new")


def test_what_is_no_backup_is_told(empty: JudgmentStore, tmp_path: Path) -> None:
    with pytest.raises(JudgingError, match="there is no such file"):
        restore(empty, tmp_path / "none")
    (tmp_path / "text").write_text("{}")
    with pytest.raises(JudgingError, match="no backup"):
        restore(empty, tmp_path / "text")
    with pytest.raises(JudgingError, match="can't be written"):
        back_up(empty, tmp_path / "no folder" / "copy")


def test_the_commands_copy_and_fill(
    tmp_path: Path,
    judgment: Judgment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(tmp_path / "copy.jsonl.gz")
    with JudgmentStore.open(f"sqlite:///{tmp_path}/a.sqlite") as store:
        store.save(judgment)
        expected = rows(store)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/a.sqlite")
    assert main(["judge", "backup", file]) == 0
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/b.sqlite")
    assert main(["judge", "restore", file]) == 0
    assert main(["judge", "restore", file]) == 1
    said, wrong = capsys.readouterr()
    assert said == f"1 judgments: copied to {file}\n1 judgments: restored from {file}\n"
    assert "already" in wrong
    with JudgmentStore.open(f"sqlite:///{tmp_path}/b.sqlite") as store:
        assert rows(store) == expected
