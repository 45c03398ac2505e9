"""Text -> sentence spans, by razdel's rules for Russian."""

from dataclasses import dataclass

from razdel import sentenize


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open character range [start, end) of a text."""

    start: int
    end: int


def sentence_spans(text: str) -> list[Span]:
    """The sentences of `text` in order, without the white space between them.

    A line break ends a sentence too: documentation puts list items on lines of their own.

    >>> [(s.start, s.end) for s in sentence_spans("Идёт дождь. А. С. Пушкин дома.")]
    [(0, 11), (12, 30)]
    """
    spans: list[Span] = []
    offset = 0
    for line in text.split("\n"):
        spans += [Span(offset + s.start, offset + s.stop) for s in sentenize(line) if s.text]
        offset += len(line) + 1
    return spans
