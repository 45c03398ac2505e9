"""search.evaluation.measure against pytrec_eval called directly and against arithmetic."""

import math
import random

import pytest
import pytrec_eval

from search.evaluation import METRICS, Qrels, Run, measure


def run_of(*documents: str) -> dict[str, float]:
    return {document: 1 / rank for rank, document in enumerate(documents, 1)}


def random_set(seed: int, queries: int, found: int) -> tuple[Run, Qrels]:
    draw = random.Random(seed)
    documents = [f"d{number}" for number in range(2 * found)]
    qrels: Qrels = {}
    run: Run = {}
    for number in range(queries):
        judged = draw.sample(documents, 12)
        qrels[f"q{number}"] = {document: draw.choice((0, 0, 1, 2, 3)) for document in judged}
        run[f"q{number}"] = run_of(*draw.sample(documents, found))
    return run, qrels


@pytest.mark.parametrize(("name", "trec_name"), [*METRICS.items()])
@pytest.mark.parametrize("found", [10, 60])
def test_means_are_those_of_pytrec_eval(name: str, trec_name: str, found: int) -> None:
    run, qrels = random_set(seed=found, queries=40, found=found)
    if name == "mrr@10":
        top = {query: dict(list(ranked.items())[:10]) for query, ranked in run.items()}
    else:
        top = run
    values = pytrec_eval.RelevanceEvaluator(qrels, {trec_name}).evaluate(top)
    expected = sum(values[query][trec_name] for query in qrels) / len(qrels)
    assert 0 < expected < 1
    assert measure(run, qrels)[name] == pytest.approx(expected, rel=1e-12)


def test_ndcg_has_linear_gain() -> None:
    qrels = {"q": {"a": 3, "b": 1, "c": 2}}
    gained = 1 / math.log2(1 + 1) + 3 / math.log2(1 + 3)
    ideal = 3 / math.log2(1 + 1) + 2 / math.log2(1 + 2) + 1 / math.log2(1 + 3)
    assert measure({"q": run_of("b", "x", "a")}, qrels)["ndcg@10"] == pytest.approx(gained / ideal)


def test_ndcg_ignores_rank_eleven() -> None:
    others = [f"x{number}" for number in range(9)]
    at_ten = measure({"q": run_of(*others, "a")}, {"q": {"a": 1}})
    at_eleven = measure({"q": run_of(*others, "x9", "a")}, {"q": {"a": 1}})
    assert at_ten["ndcg@10"] == pytest.approx(1 / math.log2(1 + 10))
    assert at_eleven["ndcg@10"] == 0.0


def test_mrr_ignores_rank_eleven() -> None:
    others = [f"x{number}" for number in range(9)]
    assert measure({"q": run_of(*others, "a")}, {"q": {"a": 1}})["mrr@10"] == pytest.approx(1 / 10)
    assert measure({"q": run_of(*others, "x9", "a")}, {"q": {"a": 1}})["mrr@10"] == 0.0


def test_mrr_takes_the_first_relevant_document() -> None:
    qrels = {"q": {"x": 0, "a": 1, "b": 3}}
    assert measure({"q": run_of("x", "a", "b")}, qrels)["mrr@10"] == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("rank", "at_ten", "at_hundred"), [(10, 1 / 2, 1 / 2), (11, 0, 1 / 2), (100, 0, 1 / 2)]
)
def test_recall_counts_up_to_its_cut(rank: int, at_ten: float, at_hundred: float) -> None:
    others = [f"x{number}" for number in range(rank - 1)]
    values = measure({"q": run_of(*others, "a")}, {"q": {"a": 1, "b": 2, "c": 0}})
    assert values["recall@10"] == pytest.approx(at_ten)
    assert values["recall@100"] == pytest.approx(at_hundred)


def test_recall_ignores_rank_one_hundred_and_one() -> None:
    others = [f"x{number}" for number in range(100)]
    assert measure({"q": run_of(*others, "a")}, {"q": {"a": 1}})["recall@100"] == 0.0


@pytest.mark.parametrize("nothing", [{}, {"r": {}}])
def test_a_query_with_no_hit_counts_as_zero(nothing: Run) -> None:
    qrels = {"q": {"a": 1}, "r": {"a": 1}}
    means = measure({"q": run_of("a")} | nothing, qrels)
    assert means == dict.fromkeys(METRICS, (1 + 0) / 2)


def test_when_no_query_has_a_hit_all_is_zero() -> None:
    qrels = {"q": {"a": 1}, "r": {"a": 1}}
    assert measure({"q": {}, "r": {}}, qrels) == dict.fromkeys(METRICS, 0.0)


def test_a_query_without_relevant_documents_counts_as_zero() -> None:
    qrels = {"q": {"a": 1}, "r": {"a": 0}}
    means = measure({"q": run_of("a"), "r": run_of("a")}, qrels)
    assert means == dict.fromkeys(METRICS, (1 + 0) / 2)


def test_queries_nobody_judged_are_left_out() -> None:
    means = measure({"q": run_of("a"), "z": run_of("x")}, {"q": {"a": 1}})
    assert means == dict.fromkeys(METRICS, 1.0)


def test_the_scores_order_the_run_not_its_insertion() -> None:
    run = {"q": {f"x{number}": 0.5 - number / 100 for number in range(20)} | {"a": 0.9}}
    assert measure(run, {"q": {"a": 1}}) == dict.fromkeys(METRICS, 1.0)
