"""Bytes -> text: Unicode as marked or proven, else the Russian code page it reads best in."""

import codecs
import math
import re

from index.errors import CorpusError

CODE_PAGES = ("windows-1251", "koi8-r", "cp866")
MIN_SCORE = -4.2
"""Natural log, per non-ASCII character: 20 letters of Russian lie above, other languages below."""

LETTER_SHARES = {
    "о": 10.97, "е": 8.45, "а": 8.01, "и": 7.35, "н": 6.70, "т": 6.26, "с": 5.47, "р": 4.73,
    "в": 4.54, "л": 4.40, "к": 3.49, "м": 3.21, "д": 2.98, "п": 2.81, "у": 2.62, "я": 2.01,
    "ы": 1.90, "ь": 1.74, "г": 1.70, "з": 1.65, "б": 1.59, "ч": 1.44, "й": 1.21, "х": 0.97,
    "ж": 0.94, "ш": 0.73, "ю": 0.64, "ц": 0.48, "щ": 0.36, "э": 0.32, "ф": 0.26, "ъ": 0.04,
    "ё": 0.04,
}  # fmt: skip
"""Percent of Russian text, National Corpus (Lyashevskaya, Sharov 2009)."""

_LETTER_SCORES = {letter: math.log(share / 100) for letter, share in LETTER_SHARES.items()}
_TYPOGRAPHY = frozenset("«»„“”‘’–—…№§©°•\u00a0")
_TYPOGRAPHY_SCORE = -4.0
_FOREIGN_SCORE = -10.0
_CAPITALS_PRIOR = -3.0
"""For the whole text: KOI8-R and windows-1251 swap the cases, and few texts are all capitals."""
# Decoded wrongly, letters change case inside a word or stand beside Latin ones.
_MISPLACED = re.compile(r"(?<=[а-яё])[А-ЯЁ]|(?<=[A-Za-z])[А-Яа-яЁё]|[А-Яа-яЁё](?=[A-Za-z])")
_CAPITAL = re.compile("[А-ЯЁ]")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE_BYTES = 100_000


def decoded(data: bytes) -> str:
    """Text of a file in UTF-8, UTF-16 with its mark, windows-1251, KOI8-R or cp866.

    Raises `CorpusError` for binary data and for text in none of these.
    """
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        if _CONTROLS.search(data):
            raise CorpusError("binary data, not text. Give the file its real extension.")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        encoding = russian_code_page(data)
        if encoding is None:
            raise CorpusError(
                "neither UTF-8 nor Russian in windows-1251, KOI8-R or cp866. "
                "Save the file as UTF-8."
            ) from error
        # windows-1251 leaves one byte, 0x98, without a meaning.
        return data.decode(encoding, "replace")


def russian_code_page(data: bytes) -> str | None:
    """The code page in which the non-ASCII bytes read most like Russian, if any does."""
    sample = data[:_SAMPLE_BYTES]
    if sample.isascii():
        sample = bytes(byte for byte in data if byte > 127)[:_SAMPLE_BYTES]
    scores = {page: _likeness(sample.decode(page, "replace")) for page in CODE_PAGES}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= MIN_SCORE else None


def _likeness(text: str) -> float:
    """Mean log share of the non-ASCII characters as Russian, each misplaced letter fined."""
    characters = [character for character in text.lower() if character > "\x7f"]
    score = sum(
        _LETTER_SCORES.get(c, _TYPOGRAPHY_SCORE if c in _TYPOGRAPHY else _FOREIGN_SCORE)
        for c in characters
    )
    fines = _FOREIGN_SCORE * len(_MISPLACED.findall(text))
    if 2 * len(_CAPITAL.findall(text)) > len(characters):
        fines += _CAPITALS_PRIOR
    return (score + fines) / max(1, len(characters))
