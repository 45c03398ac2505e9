"""BM25 worked out by hand, and the matrix that holds it on disk."""

import json
import math
import random
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexStoreError
from index.lexical import K1, B, LexicalIndex, LuceneBM25

ARRAYS = ["starts", "rows", "counts", "impacts", "lengths"]
CORPUS = [["кот", "дом", "кот"], ["кот"], ["пёс", "дом"], []]
AVERAGE_LENGTH = (3 + 1 + 2 + 0) / 4
IDF_IN_TWO = math.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
IDF_IN_ONE = math.log(1 + (4 - 1 + 0.5) / (1 + 0.5))


def impact(idf: float, count: int, length: int, k1: float = K1, b: float = B) -> float:
    return idf * count * (k1 + 1) / (count + k1 * (1 - b + b * length / AVERAGE_LENGTH))


@pytest.fixture
def index() -> LexicalIndex:
    return LexicalIndex.build(CORPUS)


def test_defaults_are_lucenes() -> None:
    assert (K1, B) == (1.2, 0.75)


@pytest.mark.parametrize(
    ("lemmas", "scores"),
    [
        ([], [0, 0, 0, 0]),
        (["рыба"], [0, 0, 0, 0]),
        (["кот"], [impact(IDF_IN_TWO, 2, 3), impact(IDF_IN_TWO, 1, 1), 0, 0]),
        (["дом"], [impact(IDF_IN_TWO, 1, 3), 0, impact(IDF_IN_TWO, 1, 2), 0]),
        (["пёс"], [0, 0, impact(IDF_IN_ONE, 1, 2), 0]),
        (["пёс", "рыба"], [0, 0, impact(IDF_IN_ONE, 1, 2), 0]),
        (["пёс", "пёс"], [0, 0, 2 * impact(IDF_IN_ONE, 1, 2), 0]),
        (
            ["кот", "дом"],
            [
                impact(IDF_IN_TWO, 2, 3) + impact(IDF_IN_TWO, 1, 3),
                impact(IDF_IN_TWO, 1, 1),
                impact(IDF_IN_TWO, 1, 2),
                0,
            ],
        ),
    ],
)
def test_scores_worked_out_by_hand(
    index: LexicalIndex, lemmas: list[str], scores: list[float]
) -> None:
    assert index.scores(lemmas).tolist() == pytest.approx(scores)


@pytest.mark.parametrize(("k1", "b"), [(0.9, 0.4), (2.0, 1.0), (1.2, 0.0), (0.0, 0.75)])
def test_k1_and_b_are_obeyed(k1: float, b: float) -> None:
    index = LexicalIndex.build(CORPUS, k1, b)
    expected = [impact(IDF_IN_TWO, 2, 3, k1, b), impact(IDF_IN_TWO, 1, 1, k1, b), 0, 0]
    assert index.scores(["кот"]).tolist() == pytest.approx(expected)


def test_a_word_of_every_passage_still_scores_above_zero() -> None:
    index = LexicalIndex.build([["кот"]] * 3)
    assert index.scores(["кот"]).tolist() == pytest.approx([math.log(1 + 0.5 / 3.5)] * 3)


def test_corpus_of_one_passage() -> None:
    index = LexicalIndex.build([["кот", "дом"]])
    assert index.search(["кот"], 10) == [(0, pytest.approx(math.log(1 + 0.5 / 1.5)))]


@pytest.mark.parametrize("corpus", [[[]], [[], [], []]])
def test_corpus_without_words_finds_nothing(tmp_path: Path, corpus: list[list[str]]) -> None:
    LexicalIndex.build(corpus).save(tmp_path)
    index = LexicalIndex.load(tmp_path)
    assert index.scores(["кот"]).tolist() == [0.0] * len(corpus)
    assert index.search(["кот"], 10) == []


def test_search_leaves_out_passages_without_a_word_of_the_query(index: LexicalIndex) -> None:
    assert [row for row, _ in index.search(["пёс"], 10)] == [2]
    assert index.search(["рыба"], 10) == []


def test_search_gives_the_k_best(index: LexicalIndex) -> None:
    scores = index.scores(["кот", "дом"])
    best = [(row, scores[row]) for row in (0, 1, 2)]
    assert scores[0] > scores[1] > scores[2]
    assert [index.search(["кот", "дом"], k) for k in (1, 2, 3, 100)] == [
        best[:1],
        best[:2],
        best,
        best,
    ]


@pytest.mark.parametrize("k", [1, 2, 3, 5, 9])
def test_equal_scores_stand_by_row(k: int) -> None:
    index = LexicalIndex.build([["дом"], ["кот"], ["кот", "кот"], ["кот"], ["кот"]])
    assert [row for row, _ in index.search(["кот"], k)] == [2, 1, 3, 4][:k]


def test_contributions_are_rank_bm25s_scores_of_single_lemmas(index: LexicalIndex) -> None:
    lemmas = ["кот", "рыба", "дом", "пёс", "кот"]
    reference = LuceneBM25(CORPUS, k1=K1, b=B)
    for row in range(len(CORPUS)):
        expected = [float(reference.get_scores([lemma])[row]) for lemma in lemmas]
        assert index.contributions(lemmas, row) == expected


def test_contributions_add_up_to_the_score_bit_for_bit() -> None:
    words = [f"w{i}" for i in range(40)]
    chance = random.Random(1)
    index = LexicalIndex.build([chance.choices(words, k=chance.randint(0, 60)) for _ in range(90)])
    query = chance.choices(words, k=30)
    for row, score in enumerate(index.scores(query).tolist()):
        assert reduce(add, index.contributions(query, row), 0.0) == score


def test_frequency_counts_passages(index: LexicalIndex) -> None:
    assert [index.frequency(lemma) for lemma in ("кот", "дом", "пёс", "рыба")] == [2, 2, 1, 0]


def test_rows_of_a_term_rise(index: LexicalIndex) -> None:
    assert index.columns == {"дом": 0, "кот": 1, "пёс": 2}
    assert index.starts.tolist() == [0, 2, 4, 5]
    assert index.rows.tolist() == [0, 2, 0, 1, 2]


def test_saved_index_is_opened_as_it_was(tmp_path: Path, index: LexicalIndex) -> None:
    index.save(tmp_path)
    opened = LexicalIndex.load(tmp_path)
    assert opened.columns == index.columns
    for name in ARRAYS:
        array = getattr(opened, name)
        assert isinstance(array, np.memmap)
        assert array.dtype == getattr(index, name).dtype
        assert array.tobytes() == getattr(index, name).tobytes()
    assert opened.search(["кот", "дом"], 3) == index.search(["кот", "дом"], 3)
    assert json.loads((tmp_path / "terms.json").read_text(encoding="utf-8")) == list(index.columns)


@pytest.mark.parametrize("name", ARRAYS)
def test_pickle_in_an_array_file_is_never_loaded(
    tmp_path: Path, index: LexicalIndex, name: str
) -> None:
    index.save(tmp_path)
    np.save(tmp_path / f"{name}.npy", np.array([{"кот": 1}], object), allow_pickle=True)
    with pytest.raises(IndexStoreError, match="Python objects in dtype|allow_pickle=False"):
        LexicalIndex.load(tmp_path)


def test_lists_are_counted_as_they_pass_by(index: LexicalIndex) -> None:
    streamed = LexicalIndex.build(iter(CORPUS))
    for name in ARRAYS:
        assert getattr(streamed, name).tobytes() == getattr(index, name).tobytes()
    assert streamed.columns == index.columns
