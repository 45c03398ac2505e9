import gzip
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.corpus import Document, read_corpus
from search.errors import JudgingError
from search.evaluation import read_qrels
from search.judging.exports import write_beir, write_trec_qrels
from search.judging.imports import (
    Import,
    Origin,
    read_beir_judgments,
    read_trec_qrels,
    save_import,
)
from search.judging.judgment import Judgment, text_hash
from search.judging.known_texts import KnownTexts
from search.judging.qrels import qrels_of
from search.judging.query_set import Query, QuerySet
from search.judging.store import JudgmentStore
from search.settings import ROOT

QUERIES = (Query("q1", "чем питается кит"), Query("вода для чая", "вода для чая"))
DOCUMENTS = (
    Document("whale", "Киты", "Синий кит питается рачками."),
    Document("чай и вода", "", "Чай заваривают кипятком."),
    Document("long", "", " ".join(f"Кит номер {n} ныряет глубоко." for n in range(20))),
)
TEXTS = KnownTexts.of(DOCUMENTS, 200)
ORIGIN = Origin("асессор")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JudgmentStore]:
    with JudgmentStore.open(f"sqlite:///{tmp_path / 'judgments.sqlite'}") as opened:
        yield opened


def trec(tmp_path: Path, content: str) -> Import:
    file = tmp_path / "qrels.txt"
    file.write_bytes(content.encode())
    return read_trec_qrels(file, QUERIES, TEXTS, ORIGIN)


def beir(tmp_path: Path, content: str, name: str = "qrels.tsv") -> Import:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())
    return read_beir_judgments(tmp_path, QUERIES, TEXTS, ORIGIN)


def test_a_trec_line_becomes_a_whole_judgment(tmp_path: Path) -> None:
    found = trec(tmp_path, "\ufeffq1 0 whale 3\r\n\n")
    assert found == Import(
        (
            Judgment(
                query="чем питается кит",
                query_id="q1",
                passage_id="whale",
                document_id="whale",
                text_hash=text_hash("Киты\nСиний кит питается рачками."),
                annotator="асессор",
                grade=3,
            ),
        ),
        (),
    )


def test_encoded_ids_and_windows_are_found(tmp_path: Path) -> None:
    found = trec(tmp_path, "вода%20для%20чая\t0\tчай%20и%20вода\t0\nq1 Q0 long#2 2\nq1 0 long 1\n")
    assert found.bad == ()
    assert [(j.query_id, j.passage_id, j.document_id, j.grade) for j in found.judgments] == [
        ("вода для чая", "чай и вода", "чай и вода", 0),
        ("q1", "long#2", "long", 2),
        ("q1", "long", "long", 1),
    ]
    assert found.judgments[2].text_hash == text_hash(DOCUMENTS[2].text)


def test_every_bad_line_is_reported_with_its_number_and_reasons(tmp_path: Path) -> None:
    found = trec(
        tmp_path,
        "q1 0 whale 3\nq1 0 long\nq9 0 whale 1\nq1 0 нет 1\nq1 0 long 4\nq1 0 long -1\n"
        "q1 0 whale 0\nq1 0 long 1.0\nq9 0 нет да\nq1 0 чай и вода 1\n",
    )
    assert len(found.judgments) == 1
    assert [(bad.line, bad.why) for bad in found.bad] == [
        (2, "3 columns, expected query, 0, document and grade"),
        (3, "the query 'q9' is not among the queries"),
        (4, "the document 'нет' is not in the corpus"),
        (5, "the grade '4' is not 0, 1, 2 or 3"),
        (6, "the grade '-1' is not 0, 1, 2 or 3; line 5 grades the same query and document"),
        (7, "line 1 grades the same query and document"),
        (
            8,
            "the grade '1.0' is not 0, 1, 2 or 3; line 5 grades the same query and document",
        ),
        (
            9,
            "the query 'q9' is not among the queries; the document 'нет' is not in the corpus; "
            "the grade 'да' is not 0, 1, 2 or 3",
        ),
        (10, "6 columns, expected query, 0, document and grade"),
    ]
    assert str(found.bad[0]).startswith(f"{tmp_path / 'qrels.txt'}:2: 3 columns")


@pytest.mark.parametrize("name", ["qrels.tsv", "qrels.tsv.gz", "qrels/test.tsv"])
def test_beir_judgments_are_read_where_beir_keeps_them(tmp_path: Path, name: str) -> None:
    header = "query-id\tcorpus-id\tscore\n"
    found = beir(tmp_path, f"{header}q1\twhale\t3\nвода для чая\tчай и вода\t0\n", name)
    assert [(j.query_id, j.document_id, j.grade) for j in found.judgments] == [
        ("q1", "whale", 3),
        ("вода для чая", "чай и вода", 0),
    ]
    assert found.bad == ()


def test_a_beir_line_of_other_fields_is_bad(tmp_path: Path) -> None:
    (bad,) = beir(tmp_path, "q1\twhale\t3\nq1 whale 2\n").bad
    assert (bad.line, bad.why) == (
        2,
        "1 fields, expected query-id, corpus-id and score with TABs between",
    )


def test_a_folder_without_qrels_is_named(tmp_path: Path) -> None:
    with pytest.raises(JudgingError, match=r"no qrels.tsv or qrels/test.tsv \(plain or .gz\)"):
        read_beir_judgments(tmp_path, QUERIES, TEXTS, ORIGIN)


@pytest.mark.parametrize("name", ["", " ", "я" * 101, "а\0"])
def test_a_name_that_no_annotator_can_have_is_told_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "qrels.txt").write_text("q1 0 whale 3\nq1 0 long 2\n")
    with pytest.raises(JudgingError, match="^annotator"):
        read_trec_qrels(tmp_path / "qrels.txt", QUERIES, TEXTS, Origin(name))


def test_one_bad_line_and_nothing_is_saved(tmp_path: Path, store: JudgmentStore) -> None:
    found = trec(tmp_path, "q1 0 whale 3\nq1 0 нет 1\nq1 0 long 9\n")
    with pytest.raises(JudgingError) as error:
        save_import(found, store)
    assert str(error.value) == (
        "2 lines can't be imported, nothing was saved. Mend them or skip them (--skip-bad):\n"
        f"  {tmp_path / 'qrels.txt'}:2: the document 'нет' is not in the corpus\n"
        f"  {tmp_path / 'qrels.txt'}:3: the grade '9' is not 0, 1, 2 or 3"
    )
    assert store.history() == []
    (saved,) = save_import(found, store, skip_bad=True)
    assert store.current() == [saved]
    assert replace(saved, id=0, time=None) == found.judgments[0]


def test_importing_again_adds_nothing(tmp_path: Path, store: JudgmentStore) -> None:
    found = trec(tmp_path, "q1 0 whale 3\nq1 0 long 1\n")
    assert save_import(found, store) == save_import(found, store)
    assert len(store.history()) == 2


def test_an_empty_file_is_said(tmp_path: Path, store: JudgmentStore) -> None:
    with pytest.raises(JudgingError, match="There is no judgment to import"):
        save_import(trec(tmp_path, "\n"), store)


def test_a_database_that_fails_midway_says_how_far_it_came(
    tmp_path: Path, store: JudgmentStore
) -> None:
    found = trec(tmp_path, "q1 0 whale 3\nq1 0 long 1\n")
    with sqlite3.connect(tmp_path / "judgments.sqlite") as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON judgments WHEN NEW.passage_id = 'long' "
            "BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        )
    connection.close()
    with pytest.raises(JudgingError, match="1 of 2 judgments are saved, then: .*not doubled"):
        save_import(found, store)
    with sqlite3.connect(tmp_path / "judgments.sqlite") as connection:
        connection.execute("DROP TRIGGER full")
    connection.close()
    assert len(save_import(found, store)) == len(store.history()) == 2


def test_the_demo_sets_judgments_make_the_round_trip(tmp_path: Path, store: JudgmentStore) -> None:
    demo = ROOT / "data" / "demo"
    texts, queries = KnownTexts.of(read_corpus(demo)), QuerySet.read(demo).queries
    save_import(read_beir_judgments(demo, queries, texts, ORIGIN), store)
    qrels = qrels_of(store.current())
    assert qrels == read_qrels(demo)
    write_beir(store.current(), read_corpus(demo), tmp_path / "set")
    assert read_qrels(tmp_path / "set") == qrels
    write_trec_qrels(qrels, tmp_path / "qrels.txt")
    again = read_trec_qrels(tmp_path / "qrels.txt", queries, texts, ORIGIN)
    assert again.bad == () and qrels_of(again.judgments) == qrels


def test_no_bytes_break_the_reader(tmp_path: Path) -> None:
    draw = random.Random(42)
    parts = ["q1", "whale", "long", "0", "3", "\t", " ", "\n", "\r", "%", "%2", "\x00", "\x85", "я"]
    for _ in range(300):
        content = "".join(draw.choices(parts, k=40))
        found = trec(tmp_path, content)
        lines = [line for line in content.split("\n") if line.split()]
        assert len(found.judgments) + len(found.bad) == len(lines)
