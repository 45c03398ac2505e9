"""Corpus files -> Documents: JSONL, CSV (each plain or .gz) or a BEIR folder."""

import csv
import gzip
import io
import json
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import CorpusError, EmptyCorpusError

MAX_FIELD_CHARS = 10_000_000
"""A CSV field longer than this is taken for a broken quote, not for text."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text as its owner knows it; `title` and `source` may be empty. All fields are NFC."""

    id: str
    title: str
    text: str
    source: str = ""
    """Where it comes from: a section, a file, a site. A search can be kept to some sources."""


def read_corpus(path: Path) -> Iterator[Document]:
    """Yield the documents of a corpus file or of a BEIR folder, in file order.

    Raises `CorpusError` naming file and line for a broken row, a duplicate id or an
    unknown format, and `EmptyCorpusError` when no document was found.
    """
    file = _corpus_file(path)
    rows = _csv_rows(file) if _suffix(file) == ".csv" else jsonl_rows(file)
    lines_by_id: dict[str, int] = {}
    for line, row in rows:
        document = _document(row, file, line)
        if document.id in lines_by_id:
            raise CorpusError(
                f"{file}:{line}: the id {document.id!r} already stands on line "
                f"{lines_by_id[document.id]}. Give every document an id of its own."
            )
        lines_by_id[document.id] = line
        yield document
    if not lines_by_id:
        raise EmptyCorpusError(f"{file}: no documents in it. Give a corpus with at least one row.")


def jsonl_rows(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield (line number, object) of a JSONL file, plain or .gz; blank lines are skipped."""
    for line, content in text_lines(file):
        if not content.strip():
            continue
        try:
            row = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise CorpusError(
                f"{file}:{line}: not valid JSON ({error}). Mend or remove the line."
            ) from error
        if not isinstance(row, dict):
            raise CorpusError(
                f"{file}:{line}: expected a JSON object, found {type(row).__name__}. "
                'Write {"_id": …, "title": …, "text": …}.'
            )
        yield line, row


def text_lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number, line with its ending) of a UTF-8 file, plain or .gz, without its BOM.

    Raises `CorpusError` naming the line that isn't UTF-8 or can't be decompressed.
    """
    line = 0
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            for line, content in enumerate(stream, 1):
                yield line, content.decode("utf-8-sig" if line == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{file}:{line}: not UTF-8 ({error.reason}). Convert the file to UTF-8."
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CorpusError(
            f"{file}:{line + 1}: can't be decompressed ({error}). Make the file again."
        ) from error
    except OSError as error:
        raise CorpusError(f"{file}: can't be read ({error.strerror}). Check the path.") from error


def _corpus_file(path: Path) -> Path:
    """The file to read: `path` itself, or corpus.jsonl[.gz] inside a BEIR folder."""
    if path.is_dir():
        for name in ("corpus.jsonl", "corpus.jsonl.gz"):
            if (path / name).is_file():
                return path / name
        raise CorpusError(f"{path}: no corpus.jsonl or corpus.jsonl.gz in this folder.")
    if not path.is_file():
        raise CorpusError(f"{path}: no such file or folder. Check the path.")
    if _suffix(path) not in (".jsonl", ".csv"):
        raise CorpusError(
            f"{path}: unknown format. Give .jsonl, .jsonl.gz, .csv, .csv.gz or a BEIR folder."
        )
    return path


def _suffix(file: Path) -> str:
    return Path(file.stem).suffix if file.suffix == ".gz" else file.suffix


def _csv_rows(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    csv.field_size_limit(MAX_FIELD_CHARS)
    # A quoted field may hold line breaks, and a bare \r ends a line too (old spreadsheets).
    lines = (part for _, line in text_lines(file) for part in io.StringIO(line, newline=None))
    rows = csv.DictReader(lines, strict=True)
    try:
        for row in rows:
            if None in row:
                raise CorpusError(
                    f"{file}:{rows.line_num}: more fields than the header names. "
                    "Quote fields that hold commas."
                )
            yield rows.line_num, {key: value for key, value in row.items() if key}
    except csv.Error as error:
        raise CorpusError(f"{file}:{rows.reader.line_num}: broken CSV ({error}).") from error


def _document(row: dict[str, object], file: Path, line: int) -> Document:
    def field(*names: str) -> str:
        for name in names:
            value = row.get(name)
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                return clean(str(value))
            if value is not None:
                raise CorpusError(
                    f"{file}:{line}: field {name!r} is {type(value).__name__}, expected text."
                )
        return ""

    document = Document(field("_id", "id"), field("title"), field("text"), field("source"))
    if not document.id:
        raise CorpusError(f"{file}:{line}: no _id (or id). Every document needs one.")
    if not document.text and not document.title:
        raise CorpusError(
            f"{file}:{line}: document {document.id!r} has neither title nor text. "
            "Fill it in or remove the line."
        )
    return document


def clean(text: str) -> str:
    """NFC, without what no reader can show (NUL, lone surrogates), ends trimmed."""
    whole = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", whole).strip()
