from pathlib import Path

import pytest
from sentence_transformers import CrossEncoder

from index.analyzer import Analyzer
from search.settings import Settings
from search.torch_reranker import TorchReranker
from search.training.validation import Validation


def test_candidates_and_their_order_are_bm25s(small_set: Path, analyzer: Analyzer) -> None:
    validation = Validation.of(small_set, analyzer, depth=3)
    assert validation.queries.keys() == {"whales", "water", "hippo"}  # the judged ones
    assert [p.id for p in validation.candidates["whales"]] == ["whale"]
    assert [p.id for p in validation.candidates["water"]] == ["tea", "bread"]
    assert validation.candidates["hippo"] == []
    # whales: rank 1; water: the judged bread at rank 2; hippo: nothing found
    assert validation.of_bm25()["mrr@10"] == pytest.approx((1 + 1 / 2 + 0) / 3)


def test_a_model_reorders_the_candidates_by_its_logits(
    small_set: Path, analyzer: Analyzer, settings: Settings
) -> None:
    validation = Validation.of(small_set, analyzer, depth=3)
    model = CrossEncoder(settings.reranker)
    query = validation.queries["water"]
    tea, bread = model.predict([(query, p.titled_text) for p in validation.candidates["water"]])
    rank = 1 if bread > tea else 2
    reranker = TorchReranker.around(model)
    assert validation.of_model(reranker.logits)["mrr@10"] == pytest.approx((1 + 1 / rank + 0) / 3)


def test_a_sample_is_drawn_by_its_seed(small_set: Path, analyzer: Analyzer) -> None:
    one, again = (Validation.of(small_set, analyzer, queries=2, seed=7) for _ in range(2))
    assert one == again and len(one.queries) == 2
