import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder
from torch.nn import Module
from torch.optim import Optimizer

from index.analyzer import Analyzer
from search.errors import TrainingError
from search.rerank import Reranker
from search.training import listwise
from search.training.checkpoint import Progress, save_checkpoint
from search.training.listwise import ListwiseRecipe, train_listwise
from search.training.pairs import Pair
from search.training.query_lists import group_by_query
from search.training.validation import Validation
from tests.search.training.tiny_base import WORDS, write_tiny_base

PAIRS = [
    Pair(f"где {word}", f"Здесь {other}.", float(word == other), 9.0 if word == other else 1.0)
    for word in WORDS
    for other in WORDS[:4] + [word]
]
SMALL = ListwiseRecipe(
    epochs=30,
    queries_per_step=4,
    max_length=16,
    learning_rate=5e-3,
    embedding_learning_rate=2e-2,
    dropout=0.1,
    checkpoint_every=10,
    log_every=10,
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the models `one` and `two` of the same training."""
    folder = tmp_path_factory.mktemp("trained")
    for name in ("one", "two"):
        train_listwise(PAIRS, str(base), folder / name, SMALL)
    return folder


def losses(model: Path) -> list[float]:
    return [loss for _, loss in json.loads((model / "curve.json").read_text())["loss"]]


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


def test_training_learns_repeats_and_saves_a_plain_cross_encoder(trained: Path) -> None:
    first = losses(trained / "one")
    assert first[-1] < first[0]
    assert losses(trained / "two") == first
    model = CrossEncoder(str(trained / "one"))
    for word in WORDS[4:]:
        scores = model.predict([(f"где {word}", f"Здесь {other}.") for other in [word, *WORDS[:4]]])
        assert scores[0] > scores[1:].max() + 1
    assert scores.shape == (5,) and scores.dtype == np.float32
    tokenizer = json.loads((trained / "one" / "tokenizer.json").read_text(encoding="utf-8"))
    assert tokenizer["truncation"] is None and tokenizer["padding"] is None


def test_a_stopped_run_goes_on_where_it_stopped(
    base: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []

    def save_twice(folder: Path, model: Module, optimizer: Optimizer, progress: Progress) -> None:
        save_checkpoint(folder, model, optimizer, progress)
        saved.append(progress.step)
        if saved == [10, 20]:
            raise KeyboardInterrupt

    monkeypatch.setattr(listwise, "save_checkpoint", save_twice)
    with pytest.raises(KeyboardInterrupt):
        train_listwise(PAIRS, str(base), tmp_path / "resumed", SMALL)
    assert not (tmp_path / "resumed").exists()
    train_listwise(PAIRS, str(base), tmp_path / "resumed", SMALL)
    assert saved == [10, 20, 30, 40, 50, 60]
    assert losses(tmp_path / "resumed") == pytest.approx(losses(trained / "one"))
    one, other = (
        CrossEncoder(str(model)).model for model in (trained / "one", tmp_path / "resumed")
    )
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
