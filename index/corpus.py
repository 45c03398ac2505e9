"""A corpus -> Documents: JSONL or CSV (plain or .gz), a BEIR folder, texts of a file each, hf:…"""

import codecs
import csv
import gzip
import io
import itertools
import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.cells import plain_cell
from index.errors import CorpusError, EmptyCorpusError
from index.readers.encoding import russian_code_page
from index.readers.file import READERS, read_file
from index.readers.hub import PREFIX, hub_rows

MAX_FIELD_CHARS = 10_000_000
"""A CSV field longer than this is taken for a broken quote, not for text."""
MAX_LINE_BYTES = 30_000_000
"""What a line is parsed into takes up to thirty times its bytes."""
MAX_MARKS = 30
MAX_COLUMNS = 1_000
"""Of a CSV file."""

_BEIR_NAMES = ("corpus.jsonl", "corpus.jsonl.gz")
_SAMPLE_BYTES = 1_000_000
_NO_WORD = re.compile(rf"[^\w\s]{{{MAX_MARKS},}}")


@dataclass(frozen=True, slots=True)
class Document:
    """One text as its owner knows it; `title` and `source` may be empty. All fields are NFC."""

    id: str
    title: str
    text: str
    source: str = ""
    """Where it comes from: a section, a file, a site. A search can be kept to some sources."""


def read_corpus(path: Path) -> Iterator[Document]:
    """Yield the documents of a table in file order, or of text files in the order of their names.

    A table is .jsonl or .csv (plain or .gz) or a BEIR folder; a text file, or each one in any
    other folder, is one document named by its path there; `hf:…` is a dataset, see
    `read_hub_dataset`. Raises `CorpusError` naming file and line for what can't be read,
    a duplicate id or an unknown format, and `EmptyCorpusError` when no document was found.
    """
    if str(path).startswith(PREFIX):
        yield from read_hub_dataset(str(path))
        return
    if not path.exists():
        raise CorpusError(f"{path}: no such file or folder. Check the path.")
    beir = [path / name for name in _BEIR_NAMES if (path / name).is_file()]
    if beir:
        yield from _table_documents(beir[0])
    elif path.is_dir():
        yield from _folder_documents(path)
    elif path.suffix.lower() in READERS:
        yield _file_document(path, path.parent)
    else:
        yield from _table_documents(path)


def read_hub_dataset(name: str, public: bool = False) -> Iterator[Document]:
    """Yield the documents of the dataset `hf:OWNER/NAME[:SPLIT]`, by the columns of a table.

    A name that is a local folder is read from there: check one that isn't the operator's, and read
    it as `public`, without the operator's token.
    Raises `CorpusError` naming the row, or why the dataset can't be had; see `hub_rows`.
    """
    return _row_documents(name, hub_rows(name, public))


def _table_documents(file: Path) -> Iterator[Document]:
    """The documents of a JSONL or CSV file."""
    suffix = Path(file.stem).suffix if file.suffix == ".gz" else file.suffix.lower()
    if suffix not in (".jsonl", ".csv"):
        raise CorpusError(
            f"{file}: unknown format. Give .jsonl, .jsonl.gz, .csv, .csv.gz, a BEIR folder, "
            f"{', '.join(READERS)} or a folder of these."
        )
    return _row_documents(file, _csv_rows(file) if suffix == ".csv" else jsonl_rows(file))


def _row_documents(
    file: Path | str, rows: Iterable[tuple[int, dict[str, object]]]
) -> Iterator[Document]:
    """The documents of (line, row) pairs; errors name the `file` and the line."""
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


def _folder_documents(folder: Path) -> Iterator[Document]:
    """The text files of a folder and its subfolders, hidden ones and Word's ~$ locks left out."""
    files = [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in READERS
        and file.is_file()
        and not any(part.startswith((".", "~$")) for part in file.relative_to(folder).parts)
    ]
    if not files:
        raise CorpusError(
            f"{folder}: no {' or '.join(_BEIR_NAMES)} in this folder, "
            f"nor a file with the ending {', '.join(READERS)}."
        )
    seen: dict[str, Path] = {}
    for file in files:
        document = _file_document(file, folder)
        if document.id in seen:
            raise CorpusError(
                f"{file}: in Unicode the same name as {seen[document.id]}. Rename one of them."
            )
        seen[document.id] = file
        yield document


def _file_document(file: Path, folder: Path) -> Document:
    content = read_file(file)
    identity = clean(file.relative_to(folder).as_posix())
    return Document(identity, clean(content.title), clean(content.text), clean(file.name))


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


def text_lines(file: Path, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """Yield (line number, line with its ending) of a UTF-8 file, plain or .gz, without its BOM.

    `encoding` may name a single-byte code page instead. Raises `CorpusError` naming the line
    that isn't in it or can't be decompressed.
    """
    line = 0
    try:
        with _opened(file) as stream:
            for content in iter(lambda: stream.readline(MAX_LINE_BYTES + 1), b""):
                line += 1
                if len(content) > MAX_LINE_BYTES:
                    raise CorpusError(
                        f"{file}:{line}: a line of more than {MAX_LINE_BYTES} bytes. Split it."
                    )
                yield line, content.decode(encoding).removeprefix("\ufeff" if line == 1 else "")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{file}:{line}: not {encoding.upper()} ({error.reason}). Convert the file to UTF-8."
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CorpusError(
            f"{file}:{line + 1}: can't be decompressed ({error}). Make the file again."
        ) from error
    except OSError as error:
        raise CorpusError(f"{file}: can't be read ({error.strerror}). Check the path.") from error


def _opened(file: Path) -> gzip.GzipFile | io.BufferedReader:
    return gzip.open(file) if file.suffix == ".gz" else file.open("rb")


def _csv_encoding(file: Path) -> str:
    """UTF-8, unless the start of the file plainly is Russian in a code page (Excel's CSV)."""
    try:
        with _opened(file) as stream:
            sample = stream.read(_SAMPLE_BYTES)
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return russian_code_page(sample) or "utf-8"
    except (OSError, EOFError, zlib.error):
        pass  # text_lines meets it again and names the line
    return "utf-8"


def _csv_rows(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    csv.field_size_limit(MAX_FIELD_CHARS)
    # A quoted field may hold line breaks, and a bare \r ends a line too (old spreadsheets).
    lines = (
        part
        for _, line in text_lines(file, _csv_encoding(file))
        for part in io.StringIO(line, newline=None)
    )
    header = next(lines, "")
    delimiter = max(",;\t", key=header.count)
    if header.count(delimiter) >= MAX_COLUMNS:
        raise CorpusError(f"{file}:1: more than {MAX_COLUMNS} columns. Take out those not needed.")
    rows = csv.DictReader(itertools.chain([header], lines), strict=True, delimiter=delimiter)
    try:
        for row in rows:
            if None in row:
                raise CorpusError(
                    f"{file}:{rows.line_num}: more fields than the header names. "
                    f"Quote fields that hold the separator {delimiter!r}."
                )
            yield (
                rows.line_num,
                {key: cell and plain_cell(cell) for key, cell in row.items() if key},
            )
    except csv.Error as error:
        raise CorpusError(f"{file}:{rows.reader.line_num}: broken CSV ({error}).") from error


def _document(row: dict[str, object], file: Path | str, line: int) -> Document:
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
    """NFC, without what no reader can show (NUL, lone surrogates), ends trimmed.

    Of marks on one letter the first 30 stay, as in Unicode's stream-safe text (UAX #15): to sort a
    million of them takes hours.
    """
    whole = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", _NO_WORD.sub(_fewer_marks, whole)).strip()


def _fewer_marks(run: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)
