"""English embeddings + a glossary -> embeddings for a Russian vocabulary.

A stem takes the mean of the English embeddings of its lemma's translations (the idea of WECHSEL,
arXiv 2112.06598, with a glossary in place of aligned vectors). Lemmas that the glossary lacks get
theirs through co-occurrence: vectors counted from text (PPMI + truncated SVD, Levy & Goldberg
2014) are mapped onto the glossary's by ridge regression, as FOCUS (arXiv 2305.14481) does with
similarity.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.utils.extmath import randomized_svd
from tokenizers import Tokenizer
from tqdm import tqdm

from index.analyzer import Analyzer
from index.corpus import text_lines
from index.errors import CorpusError
from search.training.vocabulary import Vocabulary

Matrix = NDArray[np.float32]

WINDOW = 5
"""Lemmas within this distance count as neighbours."""
CONTEXTS = 60_000
"""How many of the most frequent lemmas get a distributional vector."""
RIDGE = 10.0


def read_glossary(file: Path) -> dict[str, list[str]]:
    """{lemma: [English equivalents]} from lines `lemma<TAB>english, english`."""
    glossary: dict[str, list[str]] = {}
    for number, line in text_lines(file):
        lemma, tab, equivalents = line.strip().partition("\t")
        if not tab:
            raise CorpusError(f"{file}:{number}: no TAB in {line.strip()!r}.")
        glossary[lemma] = [word.strip() for word in equivalents.split(",") if word.strip()]
    return glossary


def glossary_vectors(
    glossary: dict[str, list[str]], base_tokenizer: Tokenizer, base: Matrix
) -> dict[str, Matrix]:
    """{lemma: mean base embedding of its equivalents}, each of shape (dimension,)."""
    vectors: dict[str, Matrix] = {}
    for lemma, equivalents in glossary.items():
        ids = [base_tokenizer.encode(word, add_special_tokens=False).ids for word in equivalents]
        vectors[lemma] = np.mean([base[i].mean(axis=0) for i in ids if i], axis=0)
    return vectors


def distributional_vectors(
    texts: Iterable[str], analyzer: Analyzer, dimension: int = 300
) -> dict[str, Matrix]:
    """{lemma: unit vector (dimension,)} of the most frequent content lemmas of `texts`."""
    streams = [analyzer.lemmas(text) for text in tqdm(texts, desc="lemmatizing", unit=" texts")]
    frequent = Counter(lemma for stream in streams for lemma in stream).most_common(CONTEXTS)
    rows = {lemma: row for row, (lemma, count) in enumerate(frequent) if count > 4}
    coded = [
        np.array([rows[lemma] for lemma in stream if lemma in rows], np.int32) for stream in streams
    ]
    counts: csr_matrix = csr_matrix((len(rows), len(rows)), dtype=np.float32)
    for distance in tqdm(range(1, WINDOW + 1), desc="counting neighbours"):
        left = np.concatenate([row[:-distance] for row in coded])
        right = np.concatenate([row[distance:] for row in coded])
        weight = np.full(len(left), 1.0 / distance, np.float32)
        counts = counts + coo_matrix((weight, (left, right)), shape=counts.shape).tocsr()
    ppmi = _ppmi((counts + counts.T).tocoo())
    left_vectors, values, _ = randomized_svd(ppmi, dimension, random_state=0)
    vectors = left_vectors * np.sqrt(values)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    return {lemma: vectors[row].astype(np.float32) for lemma, row in rows.items()}


def _ppmi(counts: coo_matrix) -> csr_matrix:
    """Positive pointwise mutual information with contexts smoothed by the power 3/4."""
    totals = np.asarray(counts.sum(axis=1)).ravel()
    smoothed = totals**0.75 / np.sum(totals**0.75)
    ratio = counts.data / (totals[counts.row] * smoothed[counts.col])
    values = np.maximum(np.log(ratio), 0.0)
    kept = values > 0
    entries = (values[kept], (counts.row[kept], counts.col[kept]))
    return csr_matrix(entries, shape=counts.shape)


def complete_vectors(known: dict[str, Matrix], context: dict[str, Matrix]) -> dict[str, Matrix]:
    """`known`, and for the other lemmas of `context` a ridge map of their context vector."""
    shared = [lemma for lemma in known if lemma in context]
    source = np.stack([context[lemma] for lemma in shared])
    target = np.stack([known[lemma] for lemma in shared])
    mean = target.mean(axis=0)
    gram = source.T @ source + RIDGE * np.eye(source.shape[1], dtype=np.float32)
    mapping = np.linalg.solve(gram, source.T @ (target - mean))
    # A ridge estimate shrinks: stretch it back to the length a known vector has.
    stretch = np.linalg.norm(target - mean) / np.linalg.norm(source @ mapping)
    mapped = {
        lemma: (mean + stretch * (vector @ mapping)).astype(np.float32)
        for lemma, vector in context.items()
        if lemma not in known
    }
    return known | mapped


def carry_over(
    vocabulary: Vocabulary, vectors: dict[str, Matrix], base_tokenizer: Tokenizer, base: Matrix
) -> Matrix:
    """Input embeddings (pieces, dimension) of the new vocabulary.

    A stem gets its lemma's vector, a piece the base knows keeps the base's, the rest (endings,
    rare stems) get the base's mean with a little seeded noise, so that they can part in training.
    """
    random = np.random.default_rng(42)
    mean = base.mean(axis=0)
    spread = 0.3 * base.std(axis=0)
    table = np.empty((vocabulary.tokenizer.get_vocab_size(), base.shape[1]), np.float32)
    for piece, row in vocabulary.tokenizer.get_vocab().items():
        base_id = base_tokenizer.token_to_id(piece)
        lemma = vocabulary.lemma_of_stem.get(piece)
        if lemma is not None and lemma in vectors:
            table[row] = vectors[lemma]
        elif base_id is not None:
            table[row] = base[base_id]
        else:
            table[row] = mean + spread * random.standard_normal(base.shape[1])
    return table
