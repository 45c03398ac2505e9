import gzip
import json
from pathlib import Path

import pytest

from index.errors import CorpusError
from search.errors import JudgingError
from search.evaluation import read_queries
from search.judging.query_set import Query, QuerySet
from search.settings import ROOT


def written(folder: Path, *rows: object) -> Path:
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "queries.jsonl").write_text(lines, encoding="utf-8")
    return folder


def test_the_demo_set_reads_as_the_evaluation_reads_it() -> None:
    read = QuerySet.read(ROOT / "data" / "demo")
    assert read.name == "demo"
    assert {query.id: query.text for query in read.queries} == read_queries(ROOT / "data" / "demo")


def test_needs_are_read_from_their_usual_fields(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        {"_id": 1, "text": " чем питается кит\n", "need": "Пища."},
        {"_id": "2", "text": "кто спит зимой", "description": "Зверь.", "narrative": "Не птица."},
        {"_id": "3", "text": "вода для чая", "need": None, "metadata": {}},
    )
    assert QuerySet.read(folder).queries == (
        Query("1", "чем питается кит", "Пища."),
        Query("2", "кто спит зимой", "Зверь.\nНе птица."),
        Query("3", "вода для чая", ""),
    )


def test_a_file_is_read_as_well_and_names_the_set(tmp_path: Path) -> None:
    file = tmp_path / "звери.jsonl.gz"
    file.write_bytes(gzip.compress('{"_id": "q", "text": "кит"}\n'.encode()))
    assert QuerySet.read(file) == QuerySet("звери", (Query("q", "кит"),))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no queries"),
        ([{"_id": "1"}], "queries.jsonl:1: a query needs _id and text"),
        ([{"text": "кит"}], "queries.jsonl:1: a query needs _id and text"),
        ([{"_id": "1", "text": ["кит"]}], "field 'text' is list"),
        ([{"_id": "1", "text": "кит", "need": {}}], "field 'need' is dict"),
        ([{"_id": "1", "text": "кит"}, {"_id": "1", "text": "чай"}], "'1' names two queries"),
        ([{"_id": "1", "text": "кит"}, {"_id": "2", "text": "кит "}], "same text 'кит'"),
    ],
)
def test_a_set_that_cannot_be_judged_is_refused(
    tmp_path: Path, rows: list[object], message: str
) -> None:
    with pytest.raises(JudgingError, match=message):
        QuerySet.read(written(tmp_path, *rows))


def test_a_path_without_queries_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JudgingError, match=r"no folder with queries\.jsonl"):
        QuerySet.read(tmp_path)
    (tmp_path / "queries.jsonl").write_text("чем питается кит", encoding="utf-8")
    with pytest.raises(CorpusError, match="not valid JSON"):
        QuerySet.read(tmp_path)
