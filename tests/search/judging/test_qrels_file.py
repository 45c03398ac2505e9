import gzip
from pathlib import Path

import pytest

from index.corpus import Document
from search.judging.imports import Import, Origin
from search.judging.known_texts import KnownTexts
from search.judging.qrels_file import read_qrels_file
from search.judging.query_set import Query

TEXTS = KnownTexts.of([Document("d 1", "", "Синий кит."), Document("d2", "", "Чай.")])
QUERIES = (Query("q 1", "кит"), Query("q2", "чай"))


def read(file: Path) -> Import:
    return read_qrels_file(file, QUERIES, TEXTS, Origin("Анна"))


@pytest.mark.parametrize("header", ["", "query-id\tcorpus-id\tscore\n"])
def test_three_fields_with_tabs_are_beir(tmp_path: Path, header: str) -> None:
    file = tmp_path / "оценки.txt"
    file.write_text(f"{header}q 1\td 1\t3\nq2\td2\t0\n")
    assert [(j.query, j.grade) for j in read(file).judgments] == [("кит", 3), ("чай", 0)]


@pytest.mark.parametrize("sign", [" ", "\t"])
def test_four_columns_are_trec(tmp_path: Path, sign: str) -> None:
    file = tmp_path / "qrels.tsv"
    file.write_text(sign.join(("q2", "0", "d2", "2")))
    assert [(j.query, j.grade) for j in read(file).judgments] == [("чай", 2)]


def test_a_packed_file_is_read_and_an_empty_one_holds_nothing(tmp_path: Path) -> None:
    packed, empty = tmp_path / "q.tsv.gz", tmp_path / "q.txt"
    packed.write_bytes(gzip.compress(b"\nq2\td2\t1\n"))
    empty.write_text("\n")
    assert [j.grade for j in read(packed).judgments] == [1]
    assert read(empty) == Import((), ())
