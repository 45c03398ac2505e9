"""Passages indexed a second, against the script of one who knows no better. Run by hand:

python -m tests.benchmarks.indexing [passages]

The script: pymorphy3 asked anew for every word, `SentenceTransformer.encode` a passage at a time,
rank_bm25, a flat FAISS index, nothing written. It would take a quarter of an hour, so it indexes
some passages before ours and some after, and its time is scaled up linearly.
"""

import itertools
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from rank_bm25 import BM25Okapi
from sentence_transformers import SentenceTransformer

from index.analyzer import Analyzer
from index.build import build_index
from index.encoder import Encoder
from index.timing import timed
from search.settings import ROOT, Settings
from tests.benchmarks.bench import keep, plot_bars
from tests.benchmarks.million import documents
from tests.benchmarks.naive import raw_lemma

SLICE = 1000


def main(passages: int = 100_000) -> None:
    """Measure and keep the figures."""
    corpus = list(documents(passages))
    texts = [document.text for document in itertools.islice(corpus, 2 * SLICE)]
    before = naive(texts[:SLICE])
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=ROOT / "data" / "built") as folder:
        encoder, analyzer = Encoder.open(Settings().encoder), Analyzer()
        started = time.perf_counter()
        build_index(corpus, Path(folder), encoder, analyzer, progress=False, seconds=seconds)
        taken = time.perf_counter() - started
    after = naive(texts[SLICE:])
    scaled = {stage: (before[stage] + after[stage]) * passages / len(texts) for stage in before}
    rates = {"ours": passages / taken, "naive": passages / sum(scaled.values())}
    keep(
        "indexing",
        {
            "passages": passages,
            "systems": {
                "ours": figures(passages, rates["ours"], seconds),
                "naive": figures(passages, rates["naive"], scaled)
                | {"measured_on": len(texts), "scaled": "linearly"},
            },
            "ours_over_naive": round(rates["ours"] / rates["naive"], 1),
        },
        "faiss-cpu",
        "pymorphy3",
        "rank-bm25",
        "sentence-transformers",
        "tokenizers",
    )
    plot_bars("indexing", f"{passages:,} passages indexed", "passages a second", rates)


def figures(passages: int, rate: float, seconds: dict[str, float]) -> dict[str, object]:
    """Seconds, passages a second, and these of each stage."""
    return {
        "seconds": round(passages / rate, 1),
        "passages_a_second": round(rate, 1),
        "stages": {stage: round(passages / taken) for stage, taken in seconds.items()},
    }


def naive(texts: Sequence[str]) -> dict[str, float]:
    """Seconds of each stage of the script over `texts`."""
    lemma, encoder = raw_lemma(), SentenceTransformer(Settings().encoder)
    seconds: dict[str, float] = {}
    with timed(seconds, "lemmatizing"):
        lemmas = [[lemma(word) for word in re.findall(r"\w+", text.lower())] for text in texts]
    with timed(seconds, "BM25"):
        BM25Okapi(lemmas)
    with timed(seconds, "encoding"):
        vectors = [encoder.encode(text, normalize_embeddings=True) for text in texts]
    with timed(seconds, "indexing vectors"):
        faiss.IndexFlatIP(len(vectors[0])).add(np.stack(vectors))
    return seconds


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
