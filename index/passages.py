"""Document -> Passages: windows of whole sentences with offsets into the document."""

from collections.abc import Iterator
from dataclasses import dataclass

from index.corpus import Document
from index.sentences import Span, sentence_spans

WINDOW_CHARS = 1000
"""A document up to this long stays one passage; longer ones become overlapping windows."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What is indexed, ranked and shown: `text` = document text[start:end]."""

    id: str
    document_id: str
    title: str
    text: str
    start: int
    end: int
    source: str = ""

    @property
    def titled_text(self) -> str:
        """Title and text as every ranker reads them."""
        return f"{self.title}\n{self.text}" if self.title else self.text


def split_document(document: Document, window_chars: int = WINDOW_CHARS) -> Iterator[Passage]:
    """Yield the passages of a document; a short document is one passage with its own id.

    Windows hold as many whole sentences as fit `window_chars` characters and share one
    sentence with the window before, so an answer at a border is whole in one of them.
    Further windows are named `<document id>#2`, `#3`, … .
    """
    text = document.text
    windows = [w for w in _windows(text, window_chars) if text[w.start : w.end].strip()]
    for number, window in enumerate(windows or [Span(0, 0)], 1):
        yield Passage(
            id=document.id if number == 1 else f"{document.id}#{number}",
            document_id=document.id,
            title=document.title,
            text=text[window.start : window.end],
            start=window.start,
            end=window.end,
            source=document.source,
        )


def _windows(text: str, window_chars: int) -> list[Span]:
    if len(text) <= window_chars:
        return [Span(0, len(text))] if text else []
    pieces = [piece for span in sentence_spans(text) for piece in _cut(span, text, window_chars)]
    if not pieces:
        return []
    windows: list[Span] = []
    first = 0
    for last, piece in enumerate(pieces):
        if piece.end - pieces[first].start > window_chars:
            windows.append(Span(pieces[first].start, pieces[last - 1].end))
            overlap = last - 1
            fits = piece.end - pieces[overlap].start <= window_chars and overlap > first
            first = overlap if fits else last
    windows.append(Span(pieces[first].start, pieces[-1].end))
    return windows


def _cut(span: Span, text: str, limit: int) -> Iterator[Span]:
    """A sentence longer than a window is cut at its last space before the limit."""
    start = span.start
    while span.end - start > limit:
        space = text.rfind(" ", start + 1, start + limit)
        end = space if space > start else start + limit
        yield Span(start, end)
        start = end + (text[end] == " ")
    yield Span(start, span.end)
