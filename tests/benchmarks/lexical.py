"""BM25's first 100 of 100,000 passages: ours, rank_bm25, bm25s with numba. Run by hand:

python -m tests.benchmarks.lexical [passages]
"""

import itertools
import random
import sys

import bm25s
import numpy as np

from index.analyzer import Analyzer
from index.lexical import K1, B, LexicalIndex, LuceneBM25
from tests.benchmarks.bench import in_turns, keep, milliseconds, plot_bars, windows

TERMS = 5
K = 100
QUERIES = 200
SLOW_QUERIES = 20
"""For rank_bm25, whose every query takes a tenth of a second."""


def main(passages: int = 100_000) -> None:
    """Measure, check that scores are rank_bm25's bit for bit, and keep the figures."""
    analyzer = Analyzer()
    corpus = [analyzer.lemmas(text) for text in itertools.islice(windows(500), passages)]
    draw = random.Random(1)
    long = [lemmas for lemmas in corpus if len(set(lemmas)) >= TERMS]
    queries = [draw.sample(sorted(set(draw.choice(long))), TERMS) for _ in range(QUERIES)]
    ours, reference = LexicalIndex.build(corpus), LuceneBM25(corpus, k1=K1, b=B)
    numba = bm25s.BM25(method="lucene", k1=K1, b=B, backend="numba")
    numba.index(corpus, show_progress=False)

    def slow(query: list[str]) -> object:
        return np.argsort(reference.get_scores(query))[::-1][:K]

    fast = in_turns(
        {
            "ours": lambda query: ours.search(query, K),
            "bm25s, numba": lambda query: numba.retrieve(
                [query], k=K, show_progress=False, n_threads=1
            ),
        },
        queries,
    )
    seconds = fast | in_turns({"rank_bm25": slow}, queries[:SLOW_QUERIES])
    equal = all(
        np.array_equal(ours.scores(query), reference.get_scores(query))
        for query in queries[:SLOW_QUERIES]
    )
    if not equal:
        sys.exit("error: the scores are not rank_bm25's; the times mean nothing.")
    median = {name: float(np.median(times)) for name, times in seconds.items()}
    keep(
        "lexical",
        {
            "passages": len(corpus),
            "postings_a_query": round(
                float(np.mean([sum(map(ours.frequency, query)) for query in queries]))
            ),
            "systems": {name: milliseconds(times) for name, times in seconds.items()},
            "rank_bm25_over_ours": round(median["rank_bm25"] / median["ours"], 1),
            "bm25s_over_ours": round(median["bm25s, numba"] / median["ours"], 2),
            "bit_equal_to_rank_bm25": equal,
        },
        "bm25s",
        "numba",
        "rank-bm25",
        "numpy",
    )
    plot_bars(
        "lexical",
        f"BM25, first {K} of {len(corpus):,} passages, {TERMS} terms",
        "ms a query (median)",
        {name: 1000 * value for name, value in median.items()},
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
