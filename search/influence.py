"""Which words of a passage moved the reranker: each content lemma left out in turn."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.analyzer import Token
from index.passages import Passage
from index.sentences import Span
from search.models import Models

MOST_LEMMAS = 150
"""Lemmas left out in turn, the first of a passage: no passage of our corpora holds more."""

TEXTS_AT_ONCE = 16
"""So that another thread's search waits for these few only."""


@dataclass(frozen=True, slots=True)
class Influence:
    """What the reranker loses with a lemma of the passage."""

    lemma: str
    spans: tuple[Span, ...]
    """Its words in the passage's titled text, in order."""
    drop: float
    """Logit of the whole text minus the logit without these words; positive: they raised it."""


def influences(models: Models, query: str, passage: Passage) -> list[Influence]:
    """The content lemmas of a passage in the order of their first words.

    Leave-one-out (Li, Monroe and Jurafsky 2016, arXiv 1612.08220) by lemma: the reranker reads
    the passage once more for each, which takes seconds.
    """
    text = passage.titled_text
    words = _by_lemma(models.analyzer.tokens(text))
    texts = [text, *(without(text, spans) for _, spans in words)]
    whole, *left = _logits(models, query, texts)
    return [
        Influence(lemma, spans, whole - logit)
        for (lemma, spans), logit in zip(words, left, strict=True)
    ]


def without(text: str, spans: Iterable[Span]) -> str:
    """The text less the characters of the spans, which stand in order and don't overlap.

    >>> without("кит и кот", [Span(0, 3), Span(6, 9)])
    ' и '
    """
    kept, position = [], 0
    for span in spans:
        kept.append(text[position : span.start])
        position = span.end
    return "".join([*kept, text[position:]])


def _logits(models: Models, query: str, texts: Sequence[str]) -> Iterator[float]:
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        yield from models.logits(query, texts[start : start + TEXTS_AT_ONCE])


def _by_lemma(tokens: Iterable[Token]) -> list[tuple[str, tuple[Span, ...]]]:
    spans: dict[str, list[Span]] = {}
    for token in tokens:
        spans.setdefault(token.lemma, []).append(Span(token.start, token.end))
    return [(lemma, tuple(found)) for lemma, found in spans.items()][:MOST_LEMMAS]
