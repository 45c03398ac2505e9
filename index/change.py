"""Documents into an index or out of it; only what is new meets the analyzer and the encoder."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.analyzer import Analyzer
from index.build import (
    OpenIndex,
    check_passages,
    lemmatize,
    shortlisted,
    split_documents,
    write_generation,
)
from index.corpus import Document
from index.encoder import Encoder
from index.errors import CorpusError, EmptyCorpusError
from index.lexical import LexicalIndex
from index.store import Manifest, current_generation, new_generation


@dataclass(frozen=True, slots=True)
class Change:
    """The new generation's manifest and how many documents came, were replaced and went."""

    manifest: Manifest
    added: int
    replaced: int
    removed: int


def change_index(
    directory: Path,
    add: Iterable[Document],
    remove: Collection[str],
    encoder: Encoder,
    analyzer: Analyzer,
    replace: bool = False,
    progress: bool = True,
) -> Change:
    """Write a new generation: the passages kept, in their order, then those of `add`; swap it in.

    `remove` names documents by id; with `replace`, a document of `add` takes the place of the one
    with its id. Windows, k1 and b stay those of the index. Raises `CorpusError` for an id of
    `remove` that isn't there or one of `add` that is, `EmptyCorpusError` when nothing would be
    left, and the errors of reading, opening and writing; whatever happens, the generation before
    stays usable.
    """
    current_generation(directory)  # a missing index is told before a folder is made for its lock
    with new_generation(directory) as generation:
        index = OpenIndex.open(directory, encoder, analyzer)
        manifest = index.manifest
        passages = list(index.passages)
        held = {passage.document_id for passage in passages}
        if unknown := set(remove) - held:
            raise CorpusError(
                f"{directory}: holds no document {_listed(unknown)}. "
                "Nothing was changed; correct the id."
            )
        new = split_documents(add, manifest.window_chars, progress)
        added = {passage.document_id for passage in new}
        if not replace and (doubled := (added & held) - set(remove)):
            raise CorpusError(
                f"{directory}: already holds {_listed(doubled)}. Nothing was changed; "
                "give other ids, or --replace to put the new documents in their place."
            )
        gone = added | set(remove)
        kept = np.array(
            [row for row, p in enumerate(passages) if p.document_id not in gone], np.int64
        )
        left = [passages[row] for row in kept] + new
        if not left:
            raise EmptyCorpusError(
                f"{directory}: no document would be left. Nothing was changed; remove the folder "
                "to be rid of the index."
            )
        check_passages(left)
        texts = [passage.titled_text for passage in new]
        lemmas = LexicalIndex.build(lemmatize(texts, analyzer, progress), manifest.k1, manifest.b)
        vectors = encoder.encode_passages(texts, progress)
        dense, recall = shortlisted(index.dense.changed(kept, vectors), left, encoder)
        written = write_generation(
            generation,
            left,
            index.lexical.changed(kept, lemmas, manifest.k1, manifest.b),
            dense,
            recall,
            encoder,
            analyzer,
            manifest.window_chars,
            manifest.k1,
            manifest.b,
        )
    return Change(
        written,
        added=len(added - held),
        replaced=len(added & held),
        removed=len(set(remove) - added),
    )


def _listed(ids: set[str]) -> str:
    """The first ids, quoted; how many more there are."""
    shown = ", ".join(map(repr, sorted(ids)[:5]))
    return f"{shown} and {len(ids) - 5} more" if len(ids) > 5 else shown
