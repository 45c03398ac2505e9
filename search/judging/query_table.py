"""A table of queries from a spreadsheet (CSV) -> queries, and a set that pools are made from."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.cells import plain_cell
from index.corpus import clean
from search.errors import JudgingError
from search.judging.exports import new_path
from search.judging.imports import BadLine
from search.judging.query_set import Query

DELIMITERS = "\t;,"

_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_RUSSIAN_SIGNS = re.compile("[А-Яа-яЁё«»—–…№“”„’\xa0]")
_Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class QueryTable:
    """The queries of a table, and its lines that are none."""

    queries: tuple[Query, ...]
    bad: tuple[BadLine, ...]


def read_query_table(file: Path) -> QueryTable:
    """Rows with a `query`, and optionally an `id` and a `need`; further columns are left alone.

    Comma, semicolon or TAB; UTF-8 (or UTF-16 with BOM) or windows-1251. A query without an id gets
    one from its text, the same in every table. Raises `JudgingError` for a file that can't be read,
    is in another encoding or has no column `query`.
    """
    content = _decoded(file)
    delimiter = _delimiter(content, file)
    queries: list[Query] = []
    bad: list[BadLine] = []
    ids: dict[str, int] = {}
    texts: dict[str, int] = {}
    for line, row in _rows(content, delimiter, file):
        if isinstance(row, BadLine):
            bad.append(row)
            continue
        query = Query(row.get("id", ""), row["query"], row.get("need", ""))
        if not query.text:
            bad.append(BadLine(file, line, "the query is empty"))
        elif query.text in texts:
            why = f"line {texts[query.text]} holds the same query {query.text!r}"
            bad.append(BadLine(file, line, why))
        elif query.id in ids:
            why = f"line {ids[query.id]} holds the same id {query.id!r}"
            bad.append(BadLine(file, line, why))
        else:
            query = Query(query.id or _id_of(query.text), query.text, query.need)
            texts[query.text] = ids[query.id] = line
            queries.append(query)
    return QueryTable(tuple(queries), tuple(bad))


def write_query_set(table: QueryTable, folder: Path, skip_bad: bool = False) -> None:
    """Write queries.jsonl into a new folder, which `pool make` reads.

    Raises `JudgingError` naming every bad line, with nothing written, unless `skip_bad`, for a
    table without queries, and for a folder that is there or can't be written.
    """
    if table.bad and not skip_bad:
        raise JudgingError(
            f"{len(table.bad)} lines can't be imported, nothing was written. Mend them or skip "
            "them (--skip-bad):",
            map(str, table.bad),
        )
    if not table.queries:
        raise JudgingError("There is no query to import. Check the file.")
    rows = [
        {"_id": q.id, "text": q.text} | ({"need": q.need} if q.need else {}) for q in table.queries
    ]
    with new_path(folder) as draft:
        draft.mkdir()
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (draft / "queries.jsonl").write_text("".join(lines), encoding="utf-8")


def _id_of(text: str) -> str:
    return "q-" + hashlib.sha256(text.encode()).hexdigest()[:10]


def _decoded(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise JudgingError(f"{file}: can't be read ({error.strerror}). Check the path.") from error
    named = next((name for bom, name in _BOMS.items() if content.startswith(bom)), "utf-8")
    try:
        return content.decode(named)
    except UnicodeDecodeError:
        text = content.decode("cp1251", "replace")
    # Any bytes make some windows-1251: in KOI8-R's the capitals are small and the small capital,
    # in DOS's (cp866) most letters are signs.
    signs = [sign for sign in text if not sign.isascii()]
    lower = sum(sign.islower() for sign in signs)
    russian = sum(bool(_RUSSIAN_SIGNS.match(sign)) for sign in signs)
    if named != "utf-8" or russian < 0.9 * len(signs) or lower < 0.5 * len(signs):
        raise JudgingError(
            f"{file}: neither UTF-8 nor readable as windows-1251. Save it as UTF-8 again."
        )
    return text


def _delimiter(content: str, file: Path) -> str:
    """The one that makes a column `query` of the header, and the most columns beside it."""
    headers = {sign: _header(content, sign) for sign in DELIMITERS}
    fitting = [sign for sign in DELIMITERS if "query" in headers[sign]]
    if not fitting:
        raise JudgingError(
            f"{file}: no column named query in the first line. Name the columns there: query, and "
            "if you like id and need."
        )
    return max(fitting, key=lambda sign: len(headers[sign]))


def _rows(content: str, delimiter: str, file: Path) -> Iterator[tuple[int, _Row | BadLine]]:
    """(line a row begins on, its cleaned fields by name)."""
    names = _header(content, delimiter)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    next(reader)
    begins = reader.line_num + 1
    try:
        for row in reader:
            if any(field.strip() for field in row):
                if len(row) > len(names):
                    why = f"{len(row)} fields, the first line names {len(names)}: quote the query"
                    yield begins, BadLine(file, begins, why)
                else:
                    whole = row + [""] * (len(names) - len(row))
                    yield begins, dict(zip(names, map(_plain, whole), strict=True))
            begins = reader.line_num + 1
    except csv.Error as error:
        yield begins, BadLine(file, begins, f"broken CSV ({error}); what follows was not read")


def _plain(cell: str) -> str:
    return clean(plain_cell(cell))


def _header(content: str, delimiter: str) -> list[str]:
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        return [clean(name).lower() for name in next(reader, [])]
    except csv.Error:  # quotes that make no sense with this delimiter
        return []
