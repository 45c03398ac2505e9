"""A whole query, question to ranked hits, on the demo and on 20,000 documents:

python -m tests.benchmarks.query [queries]

Ours as the app is set, which reads up to 50 candidates, ours reading all 50, and ours with a time
budget, against the script of `naive`, which reads 50, over the same passages. Every system has
models of its own and no query comes twice, so no cache helps.
"""

import copy
import functools
import itertools
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from search.evaluation import read_set
from tests.benchmarks.bench import in_turns, keep, milliseconds, needed, plot_bars, ratio
from tests.benchmarks.indexes import ALL_READ, AS_SET, DEMO, RUDOCS, engine_over
from tests.benchmarks.naive import Naive, ours, raw_lemma, reference

CARD, WEIGHTS = "naive, reference architecture", "naive, our weights"
BUDGET = 0.3
"""Seconds."""
OURS = {
    "ours": AS_SET,
    "ours, all 50 read": ALL_READ,
    f"ours, {BUDGET} s for the reranker": replace(AS_SET, rerank_seconds=BUDGET),
}


def main(queries: int = 20) -> None:
    """Measure and keep the figures."""
    measured = {corpus.name: measured_on(corpus, queries) for corpus in (DEMO, needed(RUDOCS))}
    keep(
        "query",
        {name: result for name, (result, _) in measured.items()},
        "torch",
        "sentence-transformers",
        "rank-bm25",
        "pymorphy3",
    )
    for name, (result, systems) in measured.items():
        plot_bars(
            f"query_{name}",
            f"A query over {result['passages']:,} passages",
            "ms (median)",
            {system: milliseconds(times)["p50_ms"] for system, times in systems.items()},
        )


def measured_on(corpus: Path, count: int) -> tuple[dict[str, object], dict[str, list[float]]]:
    """What is kept of a corpus, and the seconds of each system."""
    queries, qrels = read_set(corpus)
    asked = [queries[name] for name in itertools.islice(qrels, count + 1)]
    engines = {name: engine_over(corpus, settings) for name, settings in OURS.items()}
    texts = [passage.titled_text for passage in engines["ours"].index.passages]
    naive = Naive(texts, ours(), functools.cache(raw_lemma()))  # a cache that a query hardly needs
    card = copy.copy(naive)
    card.reranker = reference()
    systems: dict[str, Callable[[str], object]] = {
        **{name: engine.search for name, engine in engines.items()},
        WEIGHTS: naive.search,
        CARD: card.search,
    }
    seconds = in_turns(systems, asked)
    result = {
        "passages": len(texts),
        "queries": count,
        "systems": {name: milliseconds(times) for name, times in seconds.items()},
        "naive_over_ours": {
            f"{peer} / {name}": {
                "p50": ratio(seconds[peer], seconds[name]),
                "p95": ratio(seconds[peer], seconds[name], 95),
            }
            for peer in (CARD, WEIGHTS)
            for name in OURS
        },
    }
    return result, seconds


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
