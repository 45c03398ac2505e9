"""Standing judgments -> one file in the format that somebody asks for."""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from index.corpus import read_corpus
from index.errors import CorpusError
from search.errors import JudgingError
from search.judging.exports import (
    with_pseudonyms,
    write_beir,
    write_csv,
    write_jsonl,
    write_trec_qrels,
)
from search.judging.judgment import Judgment
from search.judging.known_texts import KnownTexts
from search.judging.pairs_file import PairsFile, write_training_pairs
from search.judging.qrels import qrels_of
from search.judging.stale import Freshness
from search.judging.store import JudgmentStore
from search.settings import Settings


class ExportFormat(StrEnum):
    """What judgments can be written as."""

    QRELS = "qrels"
    BEIR = "beir"
    JSONL = "jsonl"
    CSV = "csv"
    PAIRS = "pairs"


FILES = {
    ExportFormat.QRELS: "qrels.txt",
    ExportFormat.BEIR: "beir.zip",
    ExportFormat.JSONL: "judgments.jsonl",
    ExportFormat.CSV: "judgments.csv",
    ExportFormat.PAIRS: "pairs.jsonl",
}
WITH_NAMES = (ExportFormat.JSONL, ExportFormat.CSV)
"""Formats that tell who judged, so that pseudonyms make sense."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file, and what of the judgments chosen is in it."""

    file: Path
    judgments: int
    freshness: Counter[Freshness] | None
    """Judgments by what became of their text; BEIR and pairs leave out what is not fresh. None
    when the corpus can't be read, which the other formats do without."""
    pairs: PairsFile | None = None


def export_file(
    form: ExportFormat,
    judgments: Sequence[Judgment],
    folder: Path,
    store: JudgmentStore,
    settings: Settings,
    salt: str = "",
) -> Exported:
    """Write `FILES[form]` into `folder`, with the texts of `settings.corpus` where it needs them.

    A `salt` replaces names by pseudonyms in formats that hold names. Raises `JudgingError` when
    nothing can be written of these judgments, `CorpusError` for a corpus that can't be read.
    """
    file, corpus, window = folder / FILES[form], Path(settings.corpus), settings.window_chars
    needs_corpus = form in (ExportFormat.BEIR, ExportFormat.PAIRS)
    try:
        freshness = _freshness(judgments, corpus, window)
    except CorpusError:
        if needs_corpus:
            raise
        freshness = None
    if form is ExportFormat.PAIRS:
        made = write_training_pairs(judgments, read_corpus(corpus), file, window_chars=window)
        return Exported(file, len(judgments), freshness, made)
    if form is ExportFormat.BEIR:
        needs = {i.query: i.need for pool in store.pools() for i in pool.items if i.need}
        write_beir(judgments, read_corpus(corpus), folder / "beir", needs, window)
        shutil.make_archive(str(file.with_suffix("")), "zip", folder, "beir")
    elif form is ExportFormat.QRELS:
        qrels = qrels_of(judgments)
        if not qrels:
            raise JudgingError(
                f"None of the {len(judgments)} judgments holds a grade, all say that the passage "
                "can't be judged. Choose others or another format."
            )
        write_trec_qrels(qrels, file)
    else:
        named = with_pseudonyms(judgments, salt) if salt else judgments
        (write_jsonl if form is ExportFormat.JSONL else write_csv)(named, file)
    return Exported(file, len(judgments), freshness)


def _freshness(
    judgments: Sequence[Judgment], corpus: Path, window_chars: int
) -> Counter[Freshness]:
    ids = {judgment.document_id for judgment in judgments}
    judged = (document for document in read_corpus(corpus) if document.id in ids)
    known = KnownTexts.of(judged, window_chars)
    return Counter(known.freshness(judgment) for judgment in judgments)
