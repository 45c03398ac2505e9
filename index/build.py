"""Corpus -> generation: the walk of a text through the offline half; and the way back in."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar

from tqdm import tqdm

from index.analyzer import Analyzer
from index.corpus import Document
from index.dense import DenseIndex
from index.encoder import Encoder
from index.errors import CorpusError, EmptyCorpusError, IndexMismatchError
from index.lexical import K1, B, LexicalIndex
from index.passage_file import PassageFile
from index.passages import WINDOW_CHARS, Passage, split_document
from index.sources import Sources
from index.store import FORMAT, Manifest, current_generation, file_hashes, new_generation, verify

Row = TypeVar("Row")


def build_index(
    documents: Iterable[Document],
    directory: Path,
    encoder: Encoder,
    analyzer: Analyzer,
    window_chars: int = WINDOW_CHARS,
    k1: float = K1,
    b: float = B,
    progress: bool = True,
) -> Manifest:
    """Index `documents` into a new generation of `directory` and swap it in.

    Raises the errors of reading and writing; whatever happens, the generation before stays usable.
    """
    with new_generation(directory) as generation:
        digest = hashlib.sha256()
        passages: dict[str, Passage] = {}
        count = 0
        for document in _bar(documents, "reading", progress):
            digest.update(f"{document.id}\0{document.title}\0{document.text}\0".encode())
            for passage in split_document(document, window_chars):
                if passage.id in passages:
                    raise CorpusError(
                        f"{passage.id!r} names two passages: two documents, or a document and a "
                        "window of another. Give every document an id of its own."
                    )
                passages[passage.id] = passage
            count += 1
        if not passages:
            raise EmptyCorpusError("The corpus holds no documents. Give one with at least one row.")
        PassageFile.save(passages.values(), generation)
        Sources.of(passage.source for passage in passages.values()).save(generation)
        texts = [passage.titled_text for passage in passages.values()]
        lemmas = [analyzer.lemmas(text) for text in _bar(texts, "lemmatizing", progress)]
        (generation / "lexical").mkdir()
        LexicalIndex.build(lemmas, k1, b).save(generation / "lexical")
        (generation / "dense").mkdir()
        DenseIndex.build(encoder.encode_passages(texts, progress)).save(generation / "dense")
        manifest = Manifest(
            format=FORMAT,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            documents=count,
            passages=len(passages),
            window_chars=window_chars,
            k1=k1,
            b=b,
            corpus_fingerprint=digest.hexdigest(),
            analyzer_fingerprint=analyzer.fingerprint,
            encoder=encoder.name,
            encoder_fingerprint=encoder.fingerprint,
            dimension=encoder.dimension,
            files=file_hashes(generation),
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
        if manifest.analyzer_fingerprint != analyzer.fingerprint:
            raise IndexMismatchError(
                f"{directory}: built with another analyzer (fingerprint "
                f"{manifest.analyzer_fingerprint[:12]}…) than this one "
                f"({analyzer.fingerprint[:12]}…). Build the index again."
            )
        if manifest.encoder_fingerprint != encoder.fingerprint:
            raise IndexMismatchError(
                f"{directory}: built with the encoder {manifest.encoder!r} ({manifest.dimension} "
                f"dimensions, fingerprint {manifest.encoder_fingerprint[:12]}…), opened with "
                f"{encoder.name!r} ({encoder.dimension} dimensions, "
                f"{encoder.fingerprint[:12]}…). Set ENCODER to the first or build the index again."
            )
        verify(generation, manifest)
        return cls(
            manifest,
            PassageFile.load(generation),
            Sources.load(generation, manifest.passages),
            LexicalIndex.load(generation / "lexical", manifest.passages),
            DenseIndex.load(generation / "dense"),
        )


def _bar(rows: Iterable[Row], step: str, progress: bool) -> Iterable[Row]:
    bar: Iterable[Row] = tqdm(rows, desc=step, unit="", disable=not progress)
    return bar
