"""What reading only as deep as the order may still change saves, and what it costs:

python -m tests.benchmarks.adaptive [most queries of each set]

The same candidates reranked twice, all 50 read and as the app is set. What was read the first time
is remembered, so the second asks only how many.
"""

import itertools
import sys
from pathlib import Path
from typing import Any

from search.engine import Engine
from search.evaluation import measure, read_set, stage_run
from tests.benchmarks.bench import keep, needed, plot_bars
from tests.benchmarks.indexes import ALL_READ, AS_SET, DEMO, LAWS, RUDOCS, engine_over

FIXED, ADAPTIVE = "all read", "adaptive"


def main(judged: int = 624) -> None:
    """Measure and keep the figures."""
    corpora = (DEMO, needed(RUDOCS), needed(LAWS))
    sets = {corpus.name: measured_on(corpus, judged) for corpus in corpora}
    mean = {
        figure: round(sum(result[figure] for result in sets.values()) / len(sets), 2)
        for figure in ("pairs_saved_percent", "ndcg@10_lost")
    }
    depth = {"rerank_depth": AS_SET.rerank_depth, "rerank_gap": AS_SET.rerank_gap}
    keep("adaptive", {**sets, "mean of the sets": mean, "settings": depth})
    pairs = {
        f"{name}, {how}": figures["pairs_a_query"]
        for name, result in sets.items()
        for how, figures in result["systems"].items()
    }
    plot_bars("adaptive", "Pairs that the reranker reads", "pairs a query", pairs)


def measured_on(corpus: Path, judged: int) -> dict[str, Any]:
    """Pairs a query and quality of both ways, and what the second saves and loses."""
    queries, qrels = read_set(corpus)
    sample = dict(itertools.islice(qrels.items(), judged))
    adaptive = engine_over(corpus, AS_SET)
    engines = {FIXED: Engine(adaptive.index, adaptive.models, ALL_READ), ADAPTIVE: adaptive}
    runs: dict[str, dict[str, dict[str, float]]] = {name: {} for name in engines}
    pairs = dict.fromkeys(engines, 0)
    for query in sample:
        candidates = adaptive.candidates(queries[query])
        for name, engine in engines.items():
            ranking = engine.rerank(candidates)
            runs[name][query] = stage_run(ranking, "reranked")
            pairs[name] += sum(hit.logit is not None for hit in ranking.hits)
    ndcg = {name: 100 * measure(run, sample)["ndcg@10"] for name, run in runs.items()}
    return {
        "queries": len(sample),
        "systems": {
            name: {
                "pairs_a_query": round(pairs[name] / len(sample), 1),
                "ndcg@10": round(ndcg[name], 2),
            }
            for name in engines
        },
        "pairs_saved_percent": round(100 - 100 * pairs[ADAPTIVE] / pairs[FIXED], 1),
        "ndcg@10_lost": round(ndcg[FIXED] - ndcg[ADAPTIVE], 2),
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
