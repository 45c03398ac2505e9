"""Standing judgments -> one file in the format that somebody asks for."""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from search.judging.pairs_file import USUAL_PLAN, PairsFile, PairsPlan, write_training_pairs
from search.judging.pool import needs_of
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
    """A file or folder, and what of the judgments chosen is in it."""

    file: Path
    judgments: int
    freshness: Counter[Freshness] | None = None
    """Judgments by what became of their text; BEIR and pairs leave out what is not fresh. None
    when the corpus wasn't or can't be read, which the other formats do without."""
    pairs: PairsFile | None = None


def write_export(
    form: ExportFormat,
    judgments: Sequence[Judgment],
    to: Path,
    store: JudgmentStore,
    settings: Settings,
    salt: str | None = None,
    plan: PairsPlan = USUAL_PLAN,
) -> Exported:
    """Write the judgments to `to`, a folder for BEIR, with the texts of `settings.corpus`.

    A `salt` replaces names by pseudonyms in formats that hold names. Raises `JudgingError` when
    nothing can be written of these judgments, `CorpusError` for a corpus that can't be read.
    """
    corpus, window = Path(settings.corpus), settings.window_chars
    if form is ExportFormat.PAIRS:
        made = write_training_pairs(judgments, read_corpus(corpus), to, plan, window)
        return Exported(to, len(judgments), pairs=made)
    if form is ExportFormat.BEIR:
        needs = needs_of(store.pools())
        counts = write_beir(judgments, read_corpus(corpus), to, needs, window)
        return Exported(to, len(judgments), counts)
    if form is ExportFormat.QRELS:
        qrels = qrels_of(judgments)
        if not qrels:
            raise JudgingError(
                f"None of the {len(judgments)} judgments holds a grade, all say that the passage "
                "can't be judged. Choose others or another format."
            )
        write_trec_qrels(qrels, to)
    else:
        named = judgments if salt is None else with_pseudonyms(judgments, salt)
        (write_jsonl if form is ExportFormat.JSONL else write_csv)(named, to)
    return Exported(to, len(judgments))


def export_file(
    form: ExportFormat,
    judgments: Sequence[Judgment],
    folder: Path,
    store: JudgmentStore,
    settings: Settings,
    salt: str = "",
) -> Exported:
    """`write_export` as the one file `FILES[form]` in `folder`, with the judgments' freshness."""
    file = folder / FILES[form]
    try:
        freshness = _freshness(judgments, Path(settings.corpus), settings.window_chars)
    except CorpusError:
        freshness = None  # a format that needs the corpus raises it again
    to = folder / "beir" if form is ExportFormat.BEIR else file
    made = write_export(form, judgments, to, store, settings, salt or None)
    if form is ExportFormat.BEIR:
        shutil.make_archive(str(file.with_suffix("")), "zip", folder, to.name)
    return replace(made, file=file, freshness=made.freshness or freshness)


def _freshness(
    judgments: Sequence[Judgment], corpus: Path, window_chars: int
) -> Counter[Freshness]:
    ids = {judgment.document_id for judgment in judgments}
    judged = (document for document in read_corpus(corpus) if document.id in ids)
    known = KnownTexts.of(judged, window_chars)
    return Counter(known.freshness(judgment) for judgment in judgments)
