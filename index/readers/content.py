"""What every reader gives: a title and plain text, one paragraph a line."""

from collections.abc import Iterable
from dataclasses import dataclass

from index.errors import CorpusError

MAX_TEXT_CHARS = 10_000_000
"""Text of one file, about 20 MB of Russian in UTF-8; more is a data dump or a bomb."""

SOFT_HYPHEN = "\u00ad"


@dataclass(frozen=True, slots=True)
class Content:
    """A file as its author named and wrote it; both may be empty."""

    title: str
    text: str


def joined(paragraphs: Iterable[str]) -> str:
    """Paragraphs with single spaces inside, one a line, the blank ones left out.

    Raises `CorpusError` as soon as they hold more than `MAX_TEXT_CHARS`.
    """
    lines: list[str] = []
    chars = 0
    for paragraph in paragraphs:
        if line := one_line(paragraph):
            chars += len(line) + 1
            if chars > MAX_TEXT_CHARS:
                raise CorpusError(
                    f"more than {MAX_TEXT_CHARS} characters of text. Split the document."
                )
            lines.append(line)
    return "\n".join(lines)


def one_line(text: str) -> str:
    """Text on one line: single spaces, no soft hyphens (they'd part a word from its lemma)."""
    return " ".join(text.replace(SOFT_HYPHEN, "").split())
