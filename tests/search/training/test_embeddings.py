from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace

from index.analyzer import Analyzer
from index.errors import CorpusError
from search.training.embeddings import (
    carry_over,
    complete_vectors,
    distributional_vectors,
    glossary_vectors,
    read_glossary,
)
from search.training.vocabulary import build_vocabulary

ENGLISH = {"[UNK]": 0, "cat": 1, "dog": 2, "house": 3, "##s": 4}
BASE = np.array([[0, 0], [1, 0], [0, 1], [4, 4], [2, 2]], np.float32)


@pytest.fixture(scope="module")
def english() -> Tokenizer:
    tokenizer = Tokenizer(WordPiece(vocab=ENGLISH, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    return tokenizer


def test_a_glossary_is_read_and_a_broken_line_named(tmp_path: Path) -> None:
    file = tmp_path / "glossary.tsv"
    file.write_text("кошка\tcat, kitty\nдом\thouse\n", encoding="utf-8")
    assert read_glossary(file) == {"кошка": ["cat", "kitty"], "дом": ["house"]}
    file.write_text("кошка\tcat\nдом house\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"glossary.tsv:2: no TAB"):
        read_glossary(file)


def test_a_lemma_is_the_mean_of_its_translations(english: Tokenizer) -> None:
    vectors = glossary_vectors({"зверь": ["cat", "dogs"]}, english, BASE)
    # cat = (1, 0); dogs = mean of dog (0, 1) and ##s (2, 2) = (1, 1.5)
    np.testing.assert_allclose(vectors["зверь"], [(1 + 1) / 2, (0 + 1.5) / 2])


def test_words_met_in_like_company_get_like_vectors(analyzer: Analyzer) -> None:
    texts = [
        f"{subject} {rest}"
        for subject, rest in [
            ("кошка", "ловит серую мышь возле тёплого дома ночью"),
            ("кот", "ловит серую мышь возле тёплого дома ночью"),
            ("ракета", "выводит спутник земли через плотную атмосферу планеты"),
        ]
    ] * 20
    vectors = distributional_vectors(texts, analyzer, dimension=4)
    assert vectors["кошка"] @ vectors["кот"] > vectors["кошка"] @ vectors["ракета"] + 0.5


def test_unknown_lemmas_follow_the_map_learnt_on_known_ones() -> None:
    random = np.random.default_rng(0)
    turn = np.linalg.qr(random.standard_normal((8, 8)))[0].astype(np.float32)
    context = {f"w{i}": random.standard_normal(8).astype(np.float32) for i in range(500)}
    known = {lemma: vector @ turn for lemma, vector in list(context.items())[:400]}
    completed = complete_vectors(known, context)
    assert completed.keys() == context.keys()
    truth = np.stack([context[f"w{i}"] @ turn for i in range(400, 500)])
    mapped = np.stack([completed[f"w{i}"] for i in range(400, 500)])
    cosines = (
        (truth * mapped).sum(1) / np.linalg.norm(truth, axis=1) / np.linalg.norm(mapped, axis=1)
    )
    assert cosines.min() > 0.99


def test_stems_take_meanings_and_known_pieces_keep_theirs(english: Tokenizer) -> None:
    vocabulary = build_vocabulary([["кошка кошкой кошки cat"]], {"cat": 1}, stems=10)
    lemma = vocabulary.lemma_of_stem["кош"] if "кош" in vocabulary.lemma_of_stem else "кошка"
    table = carry_over(vocabulary, {lemma: np.array([5, 6], np.float32)}, english, BASE)
    stem = next(iter(vocabulary.lemma_of_stem))
    np.testing.assert_array_equal(table[vocabulary.tokenizer.token_to_id(stem)], [5, 6])
    np.testing.assert_array_equal(table[vocabulary.tokenizer.token_to_id("cat")], BASE[1])
