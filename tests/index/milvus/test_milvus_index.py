"""The parts of an index on Milvus answer as those on disk, and as worked out by hand."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.analyzer import Analyzer
from index.build import OpenIndex, build_index
from index.corpus import Document
from index.encoder import Encoder
from index.errors import IndexStoreError
from index.milvus import MilvusIndex, push_index
from index.opening import open_passages
from tests.index.milvus.conftest import DOCUMENTS, Build, embedded

QUERIES = [["кот"], ["пес"], ["дом", "пес"], ["кот", "кот", "дом"], ["кот", "рыба"], ["рыба"], []]


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Encoder, analyzer: Analyzer
) -> Path:
    directory = tmp_path_factory.mktemp("index")
    build_index(DOCUMENTS, directory, tiny_encoder, analyzer, progress=False)
    return directory


@pytest.fixture(scope="module")
def local(folder: Path, tiny_encoder: Encoder, analyzer: Analyzer) -> OpenIndex:
    return OpenIndex.open(folder, tiny_encoder, analyzer)


@pytest.fixture(scope="module")
def there(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded(tmp_path_factory.mktemp("milvus")) as url:
        push_index(folder, url, progress=False)
        yield url


@pytest.fixture(scope="module")
def index(there: str, tiny_encoder: Encoder, analyzer: Analyzer) -> MilvusIndex:
    return MilvusIndex.open(there, tiny_encoder, analyzer)


def test_bm25_by_hand(index: MilvusIndex) -> None:
    """«кот» is in two of five passages: thrice in one of 6 lemmas, once in one of 1."""
    average = (6 + 4 + 2 + 0 + 1) / 5
    idf = math.log(1 + (5 - 2 + 0.5) / (2 + 0.5))
    thrice = idf * 3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 6 / average))
    once = idf * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 1 / average))
    by_hand = [(4, pytest.approx(once, rel=1e-6)), (0, pytest.approx(thrice, rel=1e-6))]
    assert thrice < once
    assert index.lexical.search(["кот"], 5) == by_hand
    assert index.lexical.search(["кот"], 1) == by_hand[:1]
    assert index.lexical.search(["кот", "кот"], 1)[0][1] == pytest.approx(2 * once, rel=1e-6)
    assert index.lexical.frequency("кот") == 2


@pytest.mark.parametrize("lemmas", QUERIES)
def test_words_find_what_they_find_on_disk(
    index: MilvusIndex, local: OpenIndex, lemmas: list[str]
) -> None:
    for sources in ((), ("звери",), ('дома "и" \\ сады', "")):
        found = index.lexical.search(lemmas, 3, index.sources.rows(sources) if sources else None)
        there = local.lexical.search(lemmas, 3, local.sources.rows(sources) if sources else None)
        assert found == [(row, pytest.approx(score, rel=1e-6)) for row, score in there]
    for row in range(5):
        assert index.lexical.contributions(lemmas, row) == pytest.approx(
            local.lexical.contributions(lemmas, row)
        )
    for lemma in lemmas:
        assert index.lexical.frequency(lemma) == local.lexical.frequency(lemma)


@pytest.mark.parametrize("query", ["кот", "пёс", "дом", "кот дом", "рыба"])
def test_meaning_finds_what_it_finds_on_disk(
    index: MilvusIndex, local: OpenIndex, tiny_encoder: Encoder, query: str
) -> None:
    vector = tiny_encoder.encode_query(query)
    for sources in ((), ("звери",)):
        found = index.dense.search(vector, 5, index.sources.rows(sources) if sources else None)
        there = local.dense.search(vector, 5, local.sources.rows(sources) if sources else None)
        assert dict(found) == pytest.approx(dict(there), abs=1e-6)
        assert [row for row, score in found if score] == [row for row, score in there if score]
    for row in range(5):
        np.testing.assert_array_equal(index.dense.vector(row), local.dense.vector(row))


def test_equal_scores_go_by_row(
    build: Build, url: str, tiny_encoder: Encoder, analyzer: Analyzer
) -> None:
    push_index(build([Document(str(n), "", "Кот.") for n in range(40)]), url, progress=False)
    index = MilvusIndex.open(url, tiny_encoder, analyzer)
    assert [row for row, _ in index.lexical.search(["кот"], 30)] == list(range(30))
    found = index.dense.search(tiny_encoder.encode_query("кот"), 30)
    assert [row for row, _ in found] == list(range(30))


def test_passages_are_those_on_disk(index: MilvusIndex, local: OpenIndex, there: str) -> None:
    assert index.manifest == replace(local.manifest, dense_search="exact, on Milvus")
    assert index.sources.names == local.sources.names
    assert list(index.passages) == list(local.passages) == list(open_passages(there))
    assert index.passages.many([3, 0, 3]) == local.passages.many([3, 0, 3])
    assert index.passages.many([]) == []
    assert index.passages[2] == local.passages[2]
    for passages in (index.passages, local.passages):
        assert passages.rows_of(["void", "rat", "dog"]) == {"void": 3, "dog": 1}
        assert passages.rows_of([]) == {}


@pytest.mark.parametrize(
    ("phrase", "rows"),
    [("Кот ", [0]), ("50%", [1]), ("50_", []), ("пёс", [2]), ('"', []), ("Псы", [1])],
)
def test_phrases_are_found_as_written(
    index: MilvusIndex, local: OpenIndex, phrase: str, rows: list[int]
) -> None:
    assert index.passages.holding(phrase, 5) == rows
    assert set(rows) <= set(local.passages.holding(phrase, 5))


def test_a_row_that_is_gone_is_told(index: MilvusIndex) -> None:
    with pytest.raises(IndexStoreError, match="passage 7 is gone"):
        index.passages.many([1, 7])


def test_sixteen_users_get_what_one_gets(index: MilvusIndex) -> None:
    queries = QUERIES * 10
    alone = [index.lexical.search(lemmas, 3) for lemmas in queries]
    with ThreadPoolExecutor(16) as users:
        together = users.map(lambda lemmas: index.lexical.search(lemmas, 3), queries)
        assert list(together) == alone
