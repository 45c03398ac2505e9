"""Judgments made elsewhere -> ours: TREC qrels and BEIR folders, under an annotator's name.

A grade of a document in several windows stays one of the whole document: it measures rankings, but
no window of it is taken for the answer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.corpus import clean, text_lines
from search.errors import JudgingError
from search.judging.judgment import GRADES, Judgment
from search.judging.known_texts import KnownTexts
from search.judging.query_set import Query
from search.judging.store import JudgmentStore
from search.judging.trec_ids import decoded


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that can't be imported, and why."""

    file: Path
    line: int
    why: str

    def __str__(self) -> str:
        """As an error message names it."""
        return f"{self.file}:{self.line}: {self.why}"


@dataclass(frozen=True, slots=True)
class Import:
    """The judgments of a file, not saved yet, and its lines that are none."""

    judgments: tuple[Judgment, ...]
    bad: tuple[BadLine, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Under what name judgments are imported."""

    annotator: str
    pool: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    query_id: str
    document_id: str
    grade: str


def read_trec_qrels(
    file: Path, queries: Iterable[Query], texts: KnownTexts, origin: Origin
) -> Import:
    """Lines "query 0 document grade", split at whitespace.

    Raises `JudgingError` for an origin that no judgment can have, `CorpusError` for a file that
    can't be read.
    """
    lines: list[_Line | BadLine] = []
    for number, content in text_lines(file):
        columns = content.split()
        if len(columns) == 4:
            lines.append(_Line(number, columns[0], columns[2], columns[3]))
        elif columns:
            why = f"{len(columns)} columns, expected query, 0, document and grade"
            lines.append(BadLine(file, number, why))
    return _resolved(file, lines, queries, texts, origin)


def read_beir_judgments(
    folder: Path, queries: Iterable[Query], texts: KnownTexts, origin: Origin
) -> Import:
    """qrels.tsv or qrels/test.tsv (plain or .gz) of a BEIR folder; raises as `read_trec_qrels`."""
    names = ("qrels.tsv", "qrels.tsv.gz", "qrels/test.tsv", "qrels/test.tsv.gz")
    file = next((folder / name for name in names if (folder / name).is_file()), None)
    if file is None:
        raise JudgingError(f"{folder}: no qrels.tsv or qrels/test.tsv (plain or .gz) in it.")
    return _resolved(file, list(_tsv_lines(file)), queries, texts, origin)


def save_import(found: Import, store: JudgmentStore, skip_bad: bool = False) -> list[Judgment]:
    """Save the judgments and return them as stored.

    Raises `JudgingError` naming every bad line, before anything is saved, unless `skip_bad`. When
    the database fails midway the error says how many are saved; importing again adds the rest.
    """
    if found.bad and not skip_bad:
        raise JudgingError(
            f"{len(found.bad)} lines can't be imported, nothing was saved. Mend them or skip them "
            "(--skip-bad):",
            map(str, found.bad),
        )
    if not found.judgments:
        raise JudgingError("There is no judgment to import. Check the file.")
    stored: list[Judgment] = []
    try:
        for judgment in found.judgments:
            stored.append(store.save(judgment))
    except JudgingError as error:
        raise JudgingError(
            f"{len(stored)} of {len(found.judgments)} judgments are saved, then: {error} "
            "Import again afterwards: what is saved is not doubled."
        ) from error
    return stored


def _tsv_lines(file: Path) -> Iterator[_Line | BadLine]:
    for number, content in text_lines(file):
        columns = content.rstrip("\r\n").split("\t")
        if (number == 1 and columns[-1] == "score") or not content.strip():
            continue
        if len(columns) == 3:
            yield _Line(number, *columns)
        else:
            why = f"{len(columns)} fields, expected query-id, corpus-id and score with TABs between"
            yield BadLine(file, number, why)


def _resolved(
    file: Path,
    lines: list[_Line | BadLine],
    queries: Iterable[Query],
    texts: KnownTexts,
    origin: Origin,
) -> Import:
    Judgment("?", "?", "?", "", origin.annotator, None, pool=origin.pool)  # raises once for all
    by_id = {query.id: query for query in queries}
    judgments: list[Judgment] = []
    bad: list[BadLine] = []
    first: dict[tuple[str, str], int] = {}
    for line in lines:
        if isinstance(line, BadLine):
            bad.append(line)
            continue
        query = next((by_id[i] for i in _spellings(line.query_id) if i in by_id), None)
        text = texts.named(line.document_id)
        grade = int(line.grade) if line.grade.strip() in map(str, GRADES) else None
        reasons = []
        if query is None:
            reasons.append(f"the query {line.query_id!r} is not among the queries")
        if text is None:
            reasons.append(f"the document {line.document_id!r} is not in the corpus")
        if grade is None:
            reasons.append(f"the grade {line.grade!r} is not 0, 1, 2 or 3")
        if query and text:
            earlier = first.setdefault((query.text, text.passage_id), line.number)
            if earlier != line.number:
                reasons.append(f"line {earlier} grades the same query and document")
        if reasons or query is None or text is None:
            bad.append(BadLine(file, line.number, "; ".join(reasons)))
            continue
        judgments.append(
            Judgment(
                query=query.text,
                query_id=query.id,
                passage_id=text.passage_id,
                document_id=text.document_id,
                text_hash=text.text_hash,
                annotator=origin.annotator,
                grade=grade,
                pool=origin.pool,
            )
        )
    return Import(tuple(judgments), tuple(bad))


def _spellings(name: str) -> tuple[str, ...]:
    return name, clean(name), clean(decoded(name))
