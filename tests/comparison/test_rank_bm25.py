"""Our BM25 matrix against rank_bm25, bit by bit."""

import math
import random

import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from index.analyzer import Analyzer
from index.corpus import read_corpus
from index.lexical import K1, B, LexicalIndex, LuceneBM25
from search.evaluation import read_queries
from search.settings import ROOT

DEMO = ROOT / "data" / "demo"


@pytest.fixture(scope="module")
def corpus(analyzer: Analyzer) -> list[list[str]]:
    return [analyzer.lemmas(f"{d.title}\n{d.text}") for d in read_corpus(DEMO)]


@pytest.fixture(scope="module")
def queries(analyzer: Analyzer) -> list[list[str]]:
    return [analyzer.lemmas(text) for text in read_queries(DEMO).values()]


@pytest.fixture(scope="module")
def reference(corpus: list[list[str]]) -> LuceneBM25:
    return LuceneBM25(corpus, k1=K1, b=B)


@pytest.fixture(scope="module")
def index(corpus: list[list[str]]) -> LexicalIndex:
    return LexicalIndex.build(corpus)


def random_corpus(seed: int) -> list[list[str]]:
    chance = random.Random(seed)
    words = [f"слово{n}" for n in range(12)]
    sizes = [chance.randint(0, 15) for _ in range(chance.randint(1, 40))]
    return [chance.choices(words, k=size) for size in sizes] + [["слово0"]]


def full_sort(scores: np.ndarray) -> list[tuple[int, float]]:
    order = sorted(range(len(scores)), key=lambda row: (-scores[row], row))
    return [(row, float(scores[row])) for row in order if scores[row] > 0]


def test_lucene_idf_worked_out_by_hand() -> None:
    corpus = [["кот", "кот", "дом"], ["кот"], ["кот", "пёс"], ["дом", "рыба"], []]
    assert LuceneBM25(corpus).idf == pytest.approx(
        {
            "кот": math.log(1 + (5 - 3 + 0.5) / (3 + 0.5)),
            "дом": math.log(1 + (5 - 2 + 0.5) / (2 + 0.5)),
            "пёс": math.log(1 + (5 - 1 + 0.5) / (1 + 0.5)),
            "рыба": math.log(1 + (5 - 1 + 0.5) / (1 + 0.5)),
        }
    )


@pytest.mark.parametrize("passages", [1, 2, 3, 100])
def test_lucene_idf_is_positive_where_okapis_is_not(passages: int) -> None:
    corpus = [["кот"]] * passages
    assert BM25Okapi(corpus).idf["кот"] <= 0
    assert LuceneBM25(corpus).idf == pytest.approx({"кот": math.log(1 + 0.5 / (passages + 0.5))})


def test_only_the_idf_differs_from_okapi(
    corpus: list[list[str]], queries: list[list[str]], reference: LuceneBM25
) -> None:
    okapi = BM25Okapi(corpus, k1=K1, b=B)
    assert okapi.idf.keys() == reference.idf.keys()
    document_frequencies = {term: 0 for term in okapi.idf}
    for lemmas in corpus:
        for term in set(lemmas):
            document_frequencies[term] += 1
    okapi.idf = {
        term: math.log(1 + (len(corpus) - df + 0.5) / (df + 0.5))
        for term, df in document_frequencies.items()
    }
    for query in queries[::10]:
        assert okapi.get_scores(query).tobytes() == reference.get_scores(query).tobytes()


def test_scores_are_bit_equal_on_all_demo_queries(
    queries: list[list[str]], reference: LuceneBM25, index: LexicalIndex
) -> None:
    assert len(queries) >= 160
    for query in queries:
        assert index.scores(query).tobytes() == reference.get_scores(query).tobytes()
    assert sum(index.scores(query).any() for query in queries) > 0.9 * len(queries)


def test_scores_are_bit_equal_on_long_repetitive_and_unknown_queries(
    corpus: list[list[str]], reference: LuceneBM25, index: LexicalIndex
) -> None:
    for lemmas in corpus[::40]:
        for query in (lemmas, lemmas[:5] * 3, [*lemmas[:3], "неведомый", *lemmas[3:6]], []):
            assert index.scores(query).tobytes() == reference.get_scores(query).tobytes()


def test_scores_are_bit_equal_for_every_term(corpus: list[list[str]]) -> None:
    passages = corpus[:60]
    reference, index = LuceneBM25(passages, k1=K1, b=B), LexicalIndex.build(passages)
    assert index.columns.keys() == reference.idf.keys()
    for term in reference.idf:
        assert index.scores([term]).tobytes() == reference.get_scores([term]).tobytes()


@pytest.mark.parametrize(("k1", "b"), [(0.9, 0.4), (1.5, 0.75), (2.0, 0.0), (1.2, 0.99)])
def test_scores_are_bit_equal_with_other_constants(k1: float, b: float) -> None:
    for seed in range(50):
        corpus = random_corpus(seed)
        reference, index = LuceneBM25(corpus, k1=k1, b=b), LexicalIndex.build(corpus, k1, b)
        query = ["слово0", "слово3", "слово3", "слово7", "неведомый"]
        assert index.scores(query).tobytes() == reference.get_scores(query).tobytes()


@pytest.mark.parametrize("k", [1, 3, 10, 100, 480, 10_000])
def test_best_k_are_those_of_a_full_sort(
    queries: list[list[str]], reference: LuceneBM25, index: LexicalIndex, k: int
) -> None:
    for query in queries[::4]:
        assert index.search(query, k) == full_sort(reference.get_scores(query))[:k]


@pytest.mark.parametrize("k", range(1, 12))
def test_best_k_among_many_equal_scores(k: int) -> None:
    for seed in range(50):
        chance = random.Random(seed)
        kinds = [["кот"], ["кот", "кот"], ["дом"], ["кот", "дом"], []]
        corpus = chance.choices(kinds, k=chance.randint(1, 30)) + [["кот"]]
        expected = full_sort(LuceneBM25(corpus, k1=K1, b=B).get_scores(["кот", "дом"]))
        assert LexicalIndex.build(corpus).search(["кот", "дом"], k) == expected[:k]
