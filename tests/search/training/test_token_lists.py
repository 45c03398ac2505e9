import random
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import AutoTokenizer

from search.errors import TrainingError
from search.settings import Settings
from search.training.token_batches import Batches
from search.training.token_lists import MISSING, TokenLists, as_typed

BAIKAL = "Байкал\nНаибольшая глубина озера — 1642 метра."
TEA = "Чай\nЧай заваривают водой в 80 градусов."
LISTS = [
    ("какова глубина Байкала", [BAIKAL, TEA, "Лёд"], [1.0, 0.0, 0.0]),
    ("чем заваривать чай", [TEA, BAIKAL], [1.0, 0.0]),
]


@pytest.fixture(scope="module")
def tokenizer(settings: Settings) -> Tokenizer:
    return Tokenizer.from_file(f"{settings.reranker}/tokenizer.json")


def test_a_text_is_kept_once_and_shorter_lists_are_filled_up(tokenizer: Tokenizer) -> None:
    lists = TokenLists.of(LISTS, tokenizer, most=100)
    assert len(lists.offsets) == 5 + 1  # two queries, three passages
    assert lists.passages[0, 1] == lists.passages[1, 0]
    assert lists.passages[1, 2] == MISSING
    assert lists.labels.tolist() == [[1, 0, 0], [1, 0, 0]]
    first = lists.passages[0, 0]
    ids = lists.tokens[lists.offsets[first] : lists.offsets[first + 1]]
    assert ids.tolist() == tokenizer.encode(BAIKAL, add_special_tokens=False).ids


def test_a_vocabulary_of_more_than_sixteen_bits_is_refused() -> None:
    pieces = {f"w{number}": number for number in range(1 + (1 << 16))}
    large = Tokenizer(WordLevel(pieces, unk_token="w0"))
    with pytest.raises(TrainingError, match="65537 pieces don't fit into 16 bits"):
        TokenLists.of(LISTS, large, most=100)


def test_texts_are_cut(tokenizer: Tokenizer) -> None:
    lists = TokenLists.of(LISTS, tokenizer, most=3)
    assert np.diff(lists.offsets).max() == 3


def test_a_file_brings_back_what_was_written(tokenizer: Tokenizer, tmp_path: Path) -> None:
    lists = TokenLists.of(LISTS, tokenizer, most=100)
    lists.write(tmp_path / "lists.npz")
    found = TokenLists.read(tmp_path / "lists.npz")
    for name in TokenLists.__slots__:
        assert np.array_equal(getattr(found, name), getattr(lists, name))
    (tmp_path / "other.npz").write_bytes(b"PK")
    for broken in ("other.npz", "none.npz"):
        with pytest.raises(TrainingError, match=f"{broken}: no token lists"):
            TokenLists.read(tmp_path / broken)


@pytest.mark.parametrize("most", [500, 24])
def test_inputs_are_what_the_tokenizer_makes_of_the_pairs(
    tokenizer: Tokenizer, settings: Settings, most: int
) -> None:
    batches = Batches(TokenLists.of(LISTS, tokenizer, 500), torch.device("cpu"), most)
    rows, columns = np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 0, 1])
    inputs = batches.inputs(rows, columns)
    expected = AutoTokenizer.from_pretrained(settings.reranker)(
        [LISTS[row][0] for row in rows],
        [LISTS[row][1][column] for row, column in zip(rows, columns, strict=True)],
        padding="max_length",
        max_length=inputs["input_ids"].shape[1],
        return_tensors="pt",
    )
    if most == 24:
        expected = AutoTokenizer.from_pretrained(settings.reranker)(
            [LISTS[row][0] for row in rows],
            [LISTS[row][1][column] for row, column in zip(rows, columns, strict=True)],
            padding="max_length",
            truncation="only_second",
            max_length=24,
            return_tensors="pt",
        )
    width = expected["input_ids"].shape[1]
    for name, tensor in expected.items():
        assert torch.equal(inputs[name][:, :width], tensor), name
        assert inputs["attention_mask"][:, width:].sum() == 0
    lengths = batches.pair_lengths[rows, columns]
    assert lengths.tolist() == inputs["attention_mask"].sum(dim=1).tolist()


def test_queries_as_people_type_them() -> None:
    draw = random.Random(1)
    typed = [as_typed("Какова глубина Байкала?", draw, share=0.3) for _ in range(1000)]
    assert set(typed) == {"Какова глубина Байкала?", "какова глубина байкала"}
    assert 250 < typed.count("какова глубина байкала") < 350
