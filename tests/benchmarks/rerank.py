"""Reranking 100 candidates on the CPU: ours, `CrossEncoder.predict`, the reference's architecture.

python -m tests.benchmarks.rerank [queries timed] [queries judged]

Same texts for all three: first-stage candidates of rudocs_faq's questions. On more questions
the order by our logits is judged against the order by fp32 ones, reading as deep as the app does.
"""

import itertools
import sys
from collections.abc import Sequence

import numpy as np
from sentence_transformers import CrossEncoder

from search.evaluation import falling_scores, measure, read_set, stage_run
from search.hits import Ranking
from tests.benchmarks.bench import in_turns, keep, milliseconds, needed, plot_bars, ratio
from tests.benchmarks.indexes import AS_SET, RUDOCS, engine_over
from tests.benchmarks.naive import ours, reference

PAIRS = 100


def main(timed: int = 6, judged: int = 150) -> None:
    """Measure and keep the figures."""
    queries, qrels = read_set(needed(RUDOCS))
    engine = engine_over(RUDOCS, AS_SET)
    reranker, plain, english = engine.models.reranker, ours(), reference()

    asked = [queries[name] for name in itertools.islice(qrels, timed + 1)]
    tasks = [
        (query, [hit.passage.titled_text for hit in engine.candidates(query).hits[:PAIRS]])
        for query in asked
    ]
    seconds = in_turns(
        {
            "ours": lambda task: reranker.logits(*task),
            "CrossEncoder.predict, fp32": lambda task: predict(plain, *task),
            "reference architecture": lambda task: predict(english, *task),
        },
        tasks,
    )
    pairs = sum(len(texts) for _, texts in tasks[1:])

    sample = dict(itertools.islice(qrels.items(), judged))
    runs: dict[str, dict[str, dict[str, float]]] = {"ours": {}, "fp32": {}}
    apart = 0.0
    for name in sample:
        ranking = engine.rerank(engine.candidates(queries[name]))
        read = [hit for hit in ranking.hits if hit.logit is not None]
        logits = predict(plain, ranking.query, [hit.passage.titled_text for hit in read])
        apart = max(apart, *(abs(a - hit.logit) for a, hit in zip(logits, read, strict=True)))
        runs["ours"][name] = stage_run(ranking, "reranked")
        runs["fp32"][name] = reordered(ranking, logits)
    ndcg = {name: 100 * measure(run, sample)["ndcg@10"] for name, run in runs.items()}

    by_ours = seconds["ours"]
    rates = {name: round(pairs / sum(times), 1) for name, times in seconds.items()}
    keep(
        "rerank",
        {
            "pairs": PAIRS,
            "queries": len(by_ours),
            "tokens_a_pair": {
                "our vocabulary": tokens(plain, tasks),
                "reference vocabulary": tokens(english, tasks),
            },
            "systems": {
                name: {"pairs_a_second": rates[name], **milliseconds(times)}
                for name, times in seconds.items()
            },
            "fp32_over_ours": ratio(seconds["CrossEncoder.predict, fp32"], by_ours),
            "reference_over_ours": ratio(seconds["reference architecture"], by_ours),
            "judged_queries": len(sample),
            "ndcg@10": {name: round(value, 2) for name, value in ndcg.items()},
            "ndcg@10_lost": round(ndcg["fp32"] - ndcg["ours"], 2),
            "largest_logit_difference": round(apart, 4),
        },
        "torch",
        "sentence-transformers",
        "transformers",
    )
    plot_bars("rerank", f"Reranking {PAIRS} candidates on the CPU", "pairs a second", rates)


def predict(model: CrossEncoder, query: str, texts: Sequence[str]) -> list[float]:
    return [float(score) for score in model.predict([(query, text) for text in texts])]


def reordered(ranking: Ranking, logits: Sequence[float]) -> dict[str, float]:
    """The run of a reranked ranking, had its reranked hits had these logits."""
    read, below = ranking.hits[: len(logits)], ranking.hits[len(logits) :]
    scores = [
        hit.stages["reranked"].score - hit.logit + logit
        for hit, logit in zip(read, logits, strict=True)
    ]
    order = sorted(range(len(read)), key=lambda i: -scores[i])
    return falling_scores(hit.passage.document_id for hit in (*(read[i] for i in order), *below))


def tokens(model: CrossEncoder, tasks: Sequence[tuple[str, Sequence[str]]]) -> int:
    """Mean length of the pairs as the model reads them, at most 512."""
    pairs = [(query, text) for query, texts in tasks for text in texts]
    return round(np.mean([len(ids) for ids in model.tokenizer(pairs, truncation=True).input_ids]))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
