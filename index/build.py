"""Corpus -> generation: the walk of a text through the offline half; and the way back in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
from tqdm import tqdm

from index.analyzer import Analyzer
from index.corpus import Document
from index.dense import EXACT_UP_TO, DenseIndex
from index.encoder import Encoder, Vectors
from index.errors import CorpusError, EmptyCorpusError, IndexMismatchError, IndexStoreError
from index.lexical import K1, B, LexicalIndex
from index.passage_file import PassageFile, fingerprint
from index.passages import WINDOW_CHARS, Passage, split_document
from index.sentences import Span, sentence_spans
from index.sources import Sources
from index.store import FORMAT, Manifest, current_generation, file_hashes, new_generation, verify
from index.timing import timed

Row = TypeVar("Row")

_SAMPLED_PASSAGES = 200
"""Give a sentence each, to measure the recall of a shortlist with."""


def build_index(
    documents: Iterable[Document],
    directory: Path,
    encoder: Encoder,
    analyzer: Analyzer,
    window_chars: int = WINDOW_CHARS,
    k1: float = K1,
    b: float = B,
    progress: bool = True,
    seconds: dict[str, float] | None = None,
) -> Manifest:
    """Index `documents` into a new generation of `directory` and swap it in.

    `seconds`, when given, is told how long each stage took. Raises the errors of reading and
    writing; whatever happens, the generation before stays usable.
    """
    seconds = {} if seconds is None else seconds
    with new_generation(directory) as generation:
        with timed(seconds, "reading"):
            passages = split_documents(documents, window_chars, progress)
            check_passages(passages)
            texts = [passage.titled_text for passage in passages]
        with timed(seconds, "lemmatizing"):
            lexical = LexicalIndex.build(lemmatize(texts, analyzer, progress), k1, b)
        with timed(seconds, "encoding"):
            vectors = encoder.encode_passages(texts, progress)
        with timed(seconds, "indexing vectors"):
            dense, recall = shortlisted(DenseIndex.build(vectors), passages, encoder)
        with timed(seconds, "writing"):
            return write_generation(
                generation, passages, lexical, dense, recall, encoder, analyzer, window_chars, k1, b
            )


def split_documents(
    documents: Iterable[Document], window_chars: int, progress: bool
) -> list[Passage]:
    """All passages of all documents, in their order."""
    return [
        passage
        for document in _bar(documents, "reading", progress)
        for passage in split_document(document, window_chars)
    ]


def check_passages(passages: Sequence[Passage]) -> None:
    """Raise `EmptyCorpusError` when there are none, `CorpusError` when two have one id."""
    if not passages:
        raise EmptyCorpusError("The corpus holds no documents. Give one with at least one row.")
    identity, times = Counter(passage.id for passage in passages).most_common(1)[0]
    if times > 1:
        raise CorpusError(
            f"{identity!r} names two passages: two documents, or a document and a "
            "window of another. Give every document an id of its own."
        )


def lemmatize(texts: Sequence[str], analyzer: Analyzer, progress: bool) -> Iterator[list[str]]:
    """The lemmas of every text, one after another."""
    return (analyzer.lemmas(text) for text in _bar(texts, "lemmatizing", progress))


def shortlisted(
    dense: DenseIndex, passages: Sequence[Passage], encoder: Encoder
) -> tuple[DenseIndex, float]:
    """The index behind a shortlist when it holds more than `EXACT_UP_TO`, and its recall@100."""
    if dense.passages <= EXACT_UP_TO:
        return dense, 1.0
    return dense.with_shortlist(_sentence_vectors(passages, encoder))


def _sentence_vectors(passages: Sequence[Passage], encoder: Encoder) -> Vectors:
    """The middle sentences of passages all along the corpus, as queries."""
    rows = np.linspace(0, len(passages) - 1, min(len(passages), _SAMPLED_PASSAGES)).astype(int)
    sentences = (_middle_sentence(passages[row].text) for row in rows)
    vectors = np.concatenate([encoder.encode_query(sentence) for sentence in sentences])
    return vectors[vectors.any(axis=1)]


def _middle_sentence(text: str) -> str:
    spans = sentence_spans(text) or [Span(0, 0)]
    middle = spans[len(spans) // 2]
    return text[middle.start : middle.end]


def write_generation(
    generation: Path,
    passages: Sequence[Passage],
    lexical: LexicalIndex,
    dense: DenseIndex,
    recall: float,
    encoder: Encoder,
    analyzer: Analyzer,
    window_chars: int,
    k1: float,
    b: float,
) -> Manifest:
    """Write every part and the manifest, which tells what they were made with."""
    PassageFile.save(passages, generation)
    Sources.of(passage.source for passage in passages).save(generation)
    (generation / "lexical").mkdir()
    lexical.save(generation / "lexical")
    (generation / "dense").mkdir()
    dense.save(generation / "dense")
    manifest = Manifest(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        documents=len({passage.document_id for passage in passages}),
        passages=len(passages),
        window_chars=window_chars,
        k1=k1,
        b=b,
        corpus_fingerprint=fingerprint(passages),
        analyzer_fingerprint=analyzer.fingerprint,
        encoder=encoder.name,
        encoder_fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        files=file_hashes(generation),
        dense_search=dense.kind,
        dense_recall=round(recall, 4),
    )
    manifest.write(generation)
    return manifest


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """A generation opened for search: every part answers by row."""

    manifest: Manifest
    passages: PassageFile
    sources: Sources
    lexical: LexicalIndex
    dense: DenseIndex

    @classmethod
    def open(cls, directory: Path, encoder: Encoder, analyzer: Analyzer) -> Self:
        """Open the current generation of `directory` after checking its files.

        Raises `IndexStoreError` for a missing, foreign or damaged index and
        `IndexMismatchError` when it was built with another analyzer or encoder.
        """
        generation = current_generation(directory)
        manifest = Manifest.read(generation)
        check_fits(manifest, encoder, analyzer, directory)
        return cls.load(generation, manifest)

    @classmethod
    def load(cls, generation: Path, manifest: Manifest) -> Self:
        """The parts of a generation, whatever built it, after checking its files."""
        verify(generation, manifest)
        found = cls(
            manifest,
            PassageFile.load(generation),
            Sources.load(generation, manifest.passages),
            LexicalIndex.load(generation / "lexical"),
            DenseIndex.load(generation / "dense"),
        )
        held = (len(found.passages), found.lexical.passages, found.dense.passages)
        if set(held) != {manifest.passages} or found.dense.dimension != manifest.dimension:
            raise IndexStoreError(
                f"{generation}: its files hold {held} passages of {found.dense.dimension} "
                f"dimensions, its manifest tells of {manifest.passages} of {manifest.dimension}. "
                "Build the index again."
            )
        return found


def check_fits(manifest: Manifest, encoder: Encoder, analyzer: Analyzer, place: object) -> None:
    """Raise `IndexMismatchError` when the index at `place` was built with others than these."""
    if manifest.analyzer_fingerprint != analyzer.fingerprint:
        raise IndexMismatchError(
            f"{place}: built with another analyzer (fingerprint "
            f"{manifest.analyzer_fingerprint[:12]}…) than this one "
            f"({analyzer.fingerprint[:12]}…). Build the index again."
        )
    if manifest.encoder_fingerprint != encoder.fingerprint:
        raise IndexMismatchError(
            f"{place}: built with the encoder {manifest.encoder!r} ({manifest.dimension} "
            f"dimensions, fingerprint {manifest.encoder_fingerprint[:12]}…), opened with "
            f"{encoder.name!r} ({encoder.dimension} dimensions, "
            f"{encoder.fingerprint[:12]}…). Set ENCODER to the first or build the index again."
        )


def _bar(rows: Iterable[Row], step: str, progress: bool) -> Iterable[Row]:
    bar: Iterable[Row] = tqdm(rows, desc=step, unit="", disable=not progress)
    return bar
