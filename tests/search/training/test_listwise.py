import json
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertModel

from index.analyzer import Analyzer
from search.errors import TrainingError
from search.rerank import Reranker
from search.training.base import write_base
from search.training.listwise import ListwiseRecipe, train_listwise
from search.training.pairs import Pair
from search.training.query_lists import group_by_query
from search.training.validation import Validation
from search.training.vocabulary import build_vocabulary

WORDS = ["кот", "пёс", "дом", "лес", "сад", "мост", "река", "поле"]
PAIRS = [
    Pair(f"где {word}", f"Здесь {other}.", float(word == other), 9.0 if word == other else 1.0)
    for word in WORDS
    for other in WORDS[:4] + [word]
    if other == word or other != word
]
SMALL = ListwiseRecipe(
    epochs=60,
    queries_per_step=4,
    max_length=16,
    learning_rate=5e-3,
    embedding_learning_rate=2e-2,
    dropout=0.1,
    checkpoint_every=20,
    log_every=10,
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    vocabulary = build_vocabulary([["где здесь", *WORDS]], {"the": 0}, stems=50)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=10,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    BertModel(config).save_pretrained(folder / "body")
    pieces = vocabulary.tokenizer.get_vocab_size()
    table = np.random.default_rng(0).normal(0, 0.1, (pieces, 32)).astype(np.float32)
    write_base(vocabulary, table, str(folder / "body"), folder / "base")
    return folder / "base"


def losses(caplog: pytest.LogCaptureFixture) -> list[float]:
    return [
        float(r.getMessage().rsplit(" ", 1)[1]) for r in caplog.records if "loss" in r.getMessage()
    ]


def test_a_query_that_comes_again_whole_makes_two_lists() -> None:
    passages = [Pair("a", "long", 1.0), Pair("a", "other", 0.0)]
    sentences = [Pair("a", "short", 1.0), Pair("a", "brief", 0.0)]
    between = [Pair("b", "x", 1.0), Pair("b", "y", 0.0)]
    lists = group_by_query([*passages, *between, *sentences])
    assert [row.passages for row in lists] == [("long", "other"), ("x", "y"), ("short", "brief")]


def test_lists_need_a_positive_and_a_negative() -> None:
    pairs = [
        Pair("a", "x", 1.0, 1.0),
        Pair("b", "y", 0.0),
        Pair("a", "z", 0.0),
        Pair("b", "w", 0.0),
    ]
    (only,) = group_by_query(pairs)
    assert (only.query, only.passages, only.labels, only.lexical) == (
        "a",
        ("x", "z"),
        (1.0, 0.0),
        None,
    )
    with pytest.raises(TrainingError, match="both a positive and a negative"):
        group_by_query(pairs[1:2])


def test_training_learns_repeats_and_saves_a_plain_cross_encoder(
    base: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "search.training.listwise")
    train_listwise(PAIRS, str(base), tmp_path / "one", SMALL)
    first = losses(caplog)
    assert first[-1] < first[0] / 2
    caplog.clear()
    train_listwise(PAIRS, str(base), tmp_path / "two", SMALL)
    assert losses(caplog) == first
    model = CrossEncoder(str(tmp_path / "one"))
    assert isinstance(model.activation_fn, torch.nn.Identity)
    scores = model.predict([("где кот", "Здесь кот."), ("где кот", "Здесь лес.")])
    assert scores.shape == (2,) and scores.dtype == np.float32
    tokenizer = json.loads((tmp_path / "one" / "tokenizer.json").read_text(encoding="utf-8"))
    assert tokenizer["truncation"] is None and tokenizer["padding"] is None


def test_a_killed_run_goes_on_where_it_stopped(base: Path, tmp_path: Path) -> None:
    train_listwise(PAIRS, str(base), tmp_path / "whole", SMALL)
    train_listwise(PAIRS, str(base), tmp_path / "resumed", SMALL)
    saved = tmp_path / "resumed.checkpoint"
    assert saved.exists()  # the last checkpoint, some steps before the end
    train_listwise(PAIRS, str(base), tmp_path / "resumed", SMALL)
    one, other = (CrossEncoder(str(tmp_path / name)).model for name in ("whole", "resumed"))
    assert one is not None and other is not None
    for key, tensor in one.state_dict().items():
        torch.testing.assert_close(tensor, other.state_dict()[key])


def test_the_best_validation_is_what_is_saved(
    base: Path, tmp_path: Path, small_set: Path, analyzer: Analyzer
) -> None:
    validation = Validation.of(small_set, analyzer)
    recipe = replace(SMALL, epochs=20, validate_every=8)
    train_listwise(PAIRS, str(base), tmp_path / "best", recipe, [validation])
    curve = json.loads((tmp_path / "best" / "curve.json").read_text())
    steps = [step for step, _ in curve["ndcg@10"]]
    assert steps == [8, 16, 24, 32, 40]
    assert [step for step, _ in curve["loss"]] == [10, 20, 30, 40]
    best = max(value for _, value in curve["ndcg@10"])
    reranker = Reranker.open(str(tmp_path / "best"))
    assert validation.of_model(reranker.logits)["ndcg@10"] == pytest.approx(best, abs=0.01)
    assert (tmp_path / "best" / "curve.png").read_bytes()[:4] == b"\x89PNG"
    assert not (tmp_path / "best.new").exists()


def test_a_run_stops_when_validation_no_longer_grows(
    base: Path, tmp_path: Path, small_set: Path, analyzer: Analyzer
) -> None:
    validation = Validation.of(small_set, analyzer)
    still = replace(SMALL, validate_every=5, patience=2, learning_rate=0.0)
    still = replace(still, embedding_learning_rate=0.0, epochs=20)
    train_listwise(PAIRS, str(base), tmp_path / "still", still, [validation])
    curve = json.loads((tmp_path / "still" / "curve.json").read_text())
    # With no learning the first measurement stays the best: 1 + patience of them, then the end.
    assert [step for step, _ in curve["ndcg@10"]] == [5, 10, 15]
