"""Text -> Tokens: the one tokenizer of index, query and highlight.

Decisions, so that nobody has to guess:

* a word form with several lemmas (about one in ten) gets pymorphy3's most probable one;
* ё is folded into е after lemmatizing; й is a letter of its own, stress marks are dropped;
* a hyphenated word is one token when the dictionary knows it (северо-восток), else its parts;
* a Cyrillic word with Latin look-alikes in it («cкачать» with a Latin c) is read as Cyrillic;
* Latin words and numbers are lower-cased and kept; 1,5 equals 1.5; function words are left out.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pymorphy3

from index.stop_words import STOP_WORDS

_MARKS = "\u0300-\u036f\u00ad"  # combining marks and the soft hyphen
_WORD = rf"[^\W_]+(?:[{_MARKS}][^\W_]*)*"
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)+|{_WORD}(?:[-\u2010\u2011]{_WORD})*")
WORD = re.compile(_WORD)
"""A word, or a part of one with hyphens."""
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-z]")
_LOOK_ALIKES = str.maketrans("aceopxykmtbhABCEHKMOPTXY", "асеорхукмтвнАВСЕНКМОРТХУ")
_STRESS = re.compile("[\u0300\u0301\u00ad]")

VERSION = "1"
"""Raised with every change of the rules: it is part of the index's fingerprint."""


@dataclass(frozen=True, slots=True)
class Token:
    """A lemma and where its word stands in the text, [start, end)."""

    lemma: str
    start: int
    end: int


class Analyzer:
    """Splits and lemmatizes. Build one and share it: the cache of word forms is its speed."""

    def __init__(self) -> None:
        self._morphology = pymorphy3.MorphAnalyzer()
        self._content: dict[str, tuple[Token, ...]] = {}

    @property
    def fingerprint(self) -> str:
        """Hash of what decides the tokens: rules, stop words, dictionary revision."""
        dictionary = self._morphology.dictionary.meta
        parts = [VERSION, *sorted(STOP_WORDS), *(f"{k}={v}" for k, v in sorted(dictionary.items()))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def tokens(self, text: str) -> list[Token]:
        """Content tokens of `text` in order, function words left out.

        >>> [t.lemma for t in Analyzer().tokens("Ёлки и сосны 1,5 м")]
        ['елка', 'сосна', '1.5', 'м']
        """
        return [
            Token(token.lemma, match.start() + token.start, match.start() + token.end)
            for match in _TOKEN.finditer(text)
            for token in self._content_of(match.group())
        ]

    def lemmas(self, text: str) -> list[str]:
        """The lemmas of `tokens`."""
        return [t.lemma for word in _TOKEN.findall(text) for t in self._content_of(word)]

    def knows(self, word: str) -> bool:
        """Whether the dictionary holds the word form."""
        return bool(self._morphology.word_is_known(spelling_of(word)))

    def _content_of(self, word: str) -> tuple[Token, ...]:
        """The content tokens of a match of `_TOKEN`, with their places in it."""
        tokens = self._content.get(word)
        if tokens is None:
            parsed = tuple(t for t in self._parse(word) if t.lemma not in STOP_WORDS)
            tokens = self._content[word] = parsed
        return tokens

    def _parse(self, word: str) -> Iterator[Token]:
        plain = re.sub("[\u2010\u2011]", "-", word)
        if word[0].isdigit() and ("," in word or "." in word):
            yield Token(word.replace(",", "."), 0, len(word))
        elif "-" not in plain or self.knows(plain):
            yield Token(self._lemma(plain), 0, len(word))
        else:
            for part in WORD.finditer(word):
                yield Token(self._lemma(part.group()), part.start(), part.end())

    def _lemma(self, word: str) -> str:
        spelling = spelling_of(word)
        if _CYRILLIC.search(spelling) and spelling not in STOP_WORDS:
            spelling = self._morphology.parse(spelling)[0].normal_form
        return spelling.replace("ё", "е")


def spelling_of(word: str) -> str:
    """Lower case, composed letters, no stress marks, look-alikes mended in Cyrillic words."""
    apart = unicodedata.normalize("NFD", word)  # so that stress marks come off й and ѐ alike
    spelling = unicodedata.normalize("NFC", _STRESS.sub("", apart))
    if _CYRILLIC.search(spelling) and _LATIN.search(spelling):
        mended = spelling.translate(_LOOK_ALIKES)
        spelling = spelling if _LATIN.search(mended) else mended
    return spelling.lower()
