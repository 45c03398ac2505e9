"""Judgments -> files: TREC qrels and runs, a BEIR folder, JSONL and CSV with every column.

Nothing is overwritten, and a file appears whole or not at all.
"""

import csv
import hmac
import json
import secrets
import shutil
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

from index.cells import safe_cell
from index.corpus import Document
from index.passages import WINDOW_CHARS
from search.errors import JudgingError
from search.evaluation import Qrels, Run
from search.judging.judgment import Judgment
from search.judging.known_texts import KnownTexts
from search.judging.qrels import qrels_of, query_ids
from search.judging.stale import Freshness
from search.judging.trec_ids import trec_token, tsv_field

COLUMNS = tuple(field.name for field in fields(Judgment))
MIN_SALT_CHARS = 8


def write_trec_qrels(qrels: Qrels, file: Path) -> None:
    """Lines "query 0 document grade", ids as `trec_token`s."""
    lines = [
        f"{trec_token(query)} 0 {trec_token(document)} {grade}\n"
        for query, graded in qrels.items()
        for document, grade in graded.items()
    ]
    with new_path(file) as draft:
        draft.write_text("".join(lines), encoding="utf-8")


def write_trec_run(run: Run, file: Path, tag: str) -> None:
    """Lines "query Q0 document rank score tag" in trec_eval's order.

    That is falling scores, equal ones by falling document id (trec_eval reads no ranks). Raises
    `JudgingError` for a tag that is not one word and a score that is no finite number.
    """
    if not tag or trec_token(tag) != tag:
        raise JudgingError(f"tag {tag!r}: a run's tag is one word. Leave out its spaces.")
    lines = []
    for query, found in run.items():
        order = sorted(((score, document) for document, score in found.items()), reverse=True)
        for rank, (score, document) in enumerate(order, 1):
            if not float("-inf") < score < float("inf"):
                raise JudgingError(
                    f"query {query!r}, document {document!r}: the score {score} is no finite "
                    "number. Mend the run."
                )
            lines.append(
                f"{trec_token(query)} Q0 {trec_token(document)} {rank} {float(score)!r} {tag}\n"
            )
    with new_path(file) as draft:
        draft.write_text("".join(lines), encoding="utf-8")


def write_beir(
    judgments: Iterable[Judgment],
    documents: Iterable[Document],
    folder: Path,
    needs: Mapping[str, str] | None = None,
    window_chars: int = WINDOW_CHARS,
) -> Counter[Freshness]:
    """A folder that `search evaluate` measures: all documents, the judged queries, their grades.

    `needs` are query texts -> information needs. Judgments of a text that the corpus doesn't hold
    (any more) are left out; the answer says how many judgments were fresh, changed and gone.
    Raises `JudgingError` when none is fresh.
    """
    judgments, needs = list(judgments), needs or {}
    ids = {judgment.document_id for judgment in judgments}
    judged = []
    with new_path(folder) as draft:
        draft.mkdir()
        with (draft / "corpus.jsonl").open("w", encoding="utf-8") as stream:
            for document in documents:
                if document.id in ids:
                    judged.append(document)
                row = {"_id": tsv_field(document.id), "title": document.title}
                stream.write(_json_line(row | {"text": document.text}))
        known = KnownTexts.of(judged, window_chars)
        counts = Counter(known.freshness(judgment) for judgment in judgments)
        fresh = [j for j in judgments if known.freshness(j) is Freshness.FRESH]
        qrels = qrels_of(fresh)
        if not qrels:
            raise JudgingError(
                f"None of the {len(judgments)} judgments grades a text that the corpus holds "
                f"({counts[Freshness.CHANGED]} changed, {counts[Freshness.GONE]} gone, "
                f"{counts[Freshness.FRESH]} without a grade). Give the corpus that was judged."
            )
        with (draft / "queries.jsonl").open("w", encoding="utf-8") as stream:
            for query, its_ids in query_ids(fresh).items():
                for query_id in its_ids:
                    if query_id in qrels:
                        row = {"_id": tsv_field(query_id), "text": query}
                        need = needs.get(query)
                        stream.write(_json_line(row | {"need": need} if need else row))
        rows = ["query-id\tcorpus-id\tscore\n"] + [
            f"{tsv_field(query)}\t{tsv_field(document)}\t{grade}\n"
            for query, graded in qrels.items()
            for document, grade in graded.items()
        ]
        (draft / "qrels.tsv").write_text("".join(rows), encoding="utf-8")
    return counts


def write_jsonl(judgments: Iterable[Judgment], file: Path) -> None:
    """An object a judgment, every column, texts as `safe_cell`s."""
    with new_path(file) as draft, draft.open("w", encoding="utf-8") as stream:
        for judgment in judgments:
            stream.write(_json_line(dict(zip(COLUMNS, _row(judgment), strict=True))))


def write_csv(judgments: Iterable[Judgment], file: Path) -> None:
    """A row a judgment, every column, texts as `safe_cell`s; as a Russian spreadsheet opens it.

    That is UTF-8 with BOM and semicolons. "Can't judge" is an empty grade.
    """
    with new_path(file) as draft, draft.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.writer(stream, delimiter=";")
        table.writerow(COLUMNS)
        table.writerows(_row(judgment) for judgment in judgments)


def fresh_salt() -> str:
    """A salt for one export: its pseudonyms fit each other and those of no other export."""
    return secrets.token_urlsafe(16)


def with_pseudonyms(judgments: Iterable[Judgment], salt: str) -> list[Judgment]:
    """The judgments under names like annotator-3f2a9c0b17de; one salt gives the same name again.

    HMAC-SHA-256 of the name with the salt as key: without the salt no name can be tried out.
    Comments stay as they were written. Raises `JudgingError` for a salt below 8 characters.
    """
    if len(salt) < MIN_SALT_CHARS:
        raise JudgingError(
            f"The salt has {len(salt)} characters, at least {MIN_SALT_CHARS} keep the names "
            "secret. Give a longer one and keep it to yourself."
        )

    def pseudonym(name: str) -> str:
        return "annotator-" + hmac.new(salt.encode(), name.encode(), "sha256").hexdigest()[:12]

    return [replace(judgment, annotator=pseudonym(judgment.annotator)) for judgment in judgments]


@contextmanager
def new_path(path: Path) -> Iterator[Path]:
    """A path beside `path` to write a file or folder at; it becomes `path` when all went well.

    Raises `JudgingError` when `path` is there already or can't be written.
    """
    if path.exists():
        raise JudgingError(f"{path}: is there already. Choose another name or remove it.")
    draft = path.with_name(f".{uuid.uuid4().hex[:8]}.{path.name}")  # keeps .gz
    try:
        yield draft
        draft.rename(path)
    except OSError as error:
        raise JudgingError(
            f"{path}: can't be written ({error.strerror}). Check the folder and the free space."
        ) from error
    finally:
        if draft.is_dir():
            shutil.rmtree(draft)
        else:
            draft.unlink(missing_ok=True)


def _row(judgment: Judgment) -> list[str | int | None]:
    values = [getattr(judgment, column) for column in COLUMNS]
    values[COLUMNS.index("time")] = judgment.time.isoformat() if judgment.time else None
    return [safe_cell(value) if isinstance(value, str) else value for value in values]


def _json_line(row: dict[str, str] | dict[str, str | int | None]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"
