"""Text files -> strings to learn words from: .txt lines and the text fields of .jsonl rows."""

from collections.abc import Iterator
from pathlib import Path

from index.corpus import clean, jsonl_rows, text_lines

TEXT_FIELDS = ("query", "title", "doc_title", "text", "queries")


def read_texts(file: Path, every: int = 1) -> Iterator[str]:
    """Yield each `every`-th line or row of a .txt[.gz] or .jsonl[.gz] file as one text."""
    if ".jsonl" in file.suffixes:
        for number, (_, row) in enumerate(jsonl_rows(file)):
            if number % every == 0:
                yield clean("\n".join(_strings(row)))
    else:
        for number, line in text_lines(file):
            if number % every == 0:
                yield clean(line)


def _strings(row: dict[str, object]) -> Iterator[str]:
    for field in TEXT_FIELDS:
        value = row.get(field)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from map(str, value)
