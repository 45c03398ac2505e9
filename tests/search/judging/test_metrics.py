import math

import pytest

from search.errors import JudgingError
from search.evaluation import Qrels, Run, falling_scores, first, measure
from search.judging.metrics import JUDGED, MEASURES, per_query


def run_of(*documents: str) -> dict[str, float]:
    return falling_scores(documents)


def test_every_metric_of_a_query_is_as_worked_out_by_hand() -> None:
    qrels = {"q": {"a": 3, "b": 1, "c": 0, "z": 2}}
    values = per_query({"q": run_of("c", "a", "x", "b")}, qrels).values
    gained = 3 / math.log2(1 + 2) + 1 / math.log2(1 + 4)
    ideal = 3 / math.log2(1 + 1) + 2 / math.log2(1 + 2) + 1 / math.log2(1 + 3)
    assert {name: of["q"] for name, of in values.items()} == pytest.approx(
        {
            "ndcg@10": gained / ideal,
            "mrr@10": 1 / 2,
            "recall@10": 2 / 3,
            "recall@100": 2 / 3,
            "p@5": 2 / 5,
            "map": (1 / 2 + 2 / 4) / 3,
            "judged@10": 3 / 4,
        }
    )


def test_a_rank_scores_its_reciprocal_and_a_repeated_document_keeps_its_best() -> None:
    assert falling_scores(["b", "a", "b", "c"]) == {"b": 1, "a": 1 / 2, "c": 1 / 3}


def test_the_first_are_the_best_scored_and_equal_scores_go_by_falling_id() -> None:
    found = {"a": 0.9, "b": 0.5, "c": 0.7, "d": 0.5}
    assert list(first(3, found).items()) == [("a", 0.9), ("c", 0.7), ("d", 0.5)]
    assert list(first(9, found)) == ["a", "c", "d", "b"]


def test_only_the_metrics_of_the_top_ten_end_at_rank_ten() -> None:
    found = [f"x{number}" for number in range(10)]
    values = per_query({"q": run_of(*found, "a")}, {"q": {"a": 1}}).values
    assert {name: of["q"] for name, of in values.items()} == pytest.approx(
        {"ndcg@10": 0, "mrr@10": 0, "recall@10": 0, "recall@100": 1}
        | {"p@5": 0, "map": 1 / 11, JUDGED: 0}
    )


def test_every_metric_has_a_value_of_every_judged_query() -> None:
    qrels: Qrels = {"кит": {"a": 1}, "чай": {"b": 2}, "бегемот": {"a": 0}}
    measurement = per_query({"кит": run_of("a"), "мёд": run_of("a")}, qrels)
    assert list(measurement.values) == [*MEASURES, JUDGED]
    assert all(list(of) == list(qrels) for of in measurement.values.values())
    assert measurement.queries == 3


def test_means_are_over_all_judged_queries() -> None:
    qrels = {"q": {"a": 1}, "r": {"a": 1}, "s": {"a": 1, "b": 1}}
    means = per_query({"q": run_of("a"), "s": run_of("x", "b")}, qrels).means()
    assert means["mrr@10"] == pytest.approx((1 + 0 + 1 / 2) / 3)
    assert means["recall@10"] == pytest.approx((1 + 0 + 1 / 2) / 3)
    assert means[JUDGED] == pytest.approx((1 + 0 + 1 / 2) / 3)


def test_means_are_those_of_the_evaluation() -> None:
    qrels = {"q": {"a": 3, "b": 1, "c": 2}, "r": {"a": 1}}
    run = {"q": run_of("x", "b", "a"), "r": run_of("c", "a")}
    means = per_query(run, qrels).means()
    assert {name: means[name] for name in measure(run, qrels)} == measure(run, qrels)


@pytest.mark.parametrize("run", [{}, {"q": {}}])
def test_a_query_without_a_run_has_zeros(run: Run) -> None:
    values = per_query(run, {"q": {"a": 1}}).values
    assert {name: of["q"] for name, of in values.items()} == dict.fromkeys([*MEASURES, JUDGED], 0.0)


def test_judged_counts_explicit_zeros() -> None:
    measurement = per_query({"q": run_of("a", "b")}, {"q": {"a": 0, "b": 0}})
    assert measurement.means() == dict.fromkeys(MEASURES, 0.0) | {JUDGED: 1.0}


def test_judged_ends_at_rank_ten() -> None:
    others = [f"x{number}" for number in range(9)]
    qrels = {"q": {"a": 1}}
    assert per_query({"q": run_of(*others, "a")}, qrels).means()[JUDGED] == 1 / 10
    assert per_query({"q": run_of(*others, "x9", "a")}, qrels).means()[JUDGED] == 0.0


def test_judged_takes_equal_scores_in_the_order_of_trec_eval() -> None:
    found = {f"d{number}": 1.0 for number in range(9)} | {"a": 0.5, "b": 0.5}
    both = {"q": {"a": 1}, "r": {"b": 1}}
    values = per_query({"q": found, "r": found}, both).values
    # b comes before a and takes rank 10; MRR, which pytrec_eval orders, agrees
    assert values[JUDGED] == {"q": 0.0, "r": 1 / 10}
    assert values["mrr@10"] == pytest.approx({"q": 0.0, "r": 1 / 10})


@pytest.mark.parametrize("qrels", [{}, {"q": {}}])
def test_qrels_without_a_judgment_are_an_error(qrels: Qrels) -> None:
    with pytest.raises(JudgingError) as error:
        per_query({"q": run_of("a")}, qrels)
    told = "The qrels hold no judgment. Judge some results or give other qrels."
    assert str(error.value) == told


def test_a_query_with_no_judgment_left_does_not_count() -> None:
    measurement = per_query({"q": run_of("a")}, {"q": {"a": 1}, "r": {}})
    assert measurement.queries == 1
    assert measurement.means()["map"] == 1.0
