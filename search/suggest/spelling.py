"""A query -> the same query with mistyped words mended by what the corpus writes."""

import re

from index.analyzer import Analyzer
from search.suggest.keyboard_layout import in_english_layout, in_russian_layout
from search.suggest.words import CorpusWords, folded_words

MIN_LETTERS = 3
"""A shorter word is one edit from too many others to be mended."""

_LONG_LETTERS = 8
_TYPED_IN_ENGLISH = re.compile(r"""(?<!\S)[A-Za-z\[\];',.`{}:"<>~]*[A-Za-z]\S*""")
_OPENING, _CLOSING = "\"'<[{", "\"'>]},.;:?!)"
_ROMAN = re.compile("[ivxlcdm]+")


def suggestion(query: str, words: CorpusWords, analyzer: Analyzer) -> str | None:
    """What the person may have meant by `query`, or None when there is nothing to offer.

    A word is mended only when neither the corpus nor the dictionary knows it, so a rare but
    correct word stays. Letter case at a word's start and everything between words are kept.
    """
    mended = _respelled(_retyped(query, words, analyzer), words, analyzer)
    return mended if mended != query else None


def _retyped(query: str, words: CorpusWords, analyzer: Analyzer) -> str:
    """Latin words that are Russian ones by their keys, read so.

    Short ones only beside a longer one: «vs» alone is not «мы».
    """
    typed = list(_TYPED_IN_ENGLISH.finditer(query))
    readings = [_russian_reading(match.group(), words, analyzer) for match in typed]
    if all(len(reading) < MIN_LETTERS for reading in readings):
        return query
    for match, reading in zip(reversed(typed), reversed(readings), strict=True):
        query = query[: match.start()] + (reading or match.group()) + query[match.end() :]
    return query


def _russian_reading(typed: str, words: CorpusWords, analyzer: Analyzer) -> str:
    """A chunk between spaces by its keys; its outer marks are letters or, failing that, marks."""
    core = typed.lstrip(_OPENING).rstrip(_CLOSING)
    if words.knows(core.lower()):
        return ""
    for part in (typed, typed.rstrip("?!)"), core):
        reading = in_russian_layout(part)
        word = "".join(folded_words(reading))
        if reading.isalpha() and (words.knows(word) or analyzer.knows(word)):
            return typed.replace(part, reading)
    return ""


def _respelled(query: str, words: CorpusWords, analyzer: Analyzer) -> str:
    for token in reversed(analyzer.tokens(query)):
        written = query[token.start : token.end]
        mended = _mended(written, token.lemma, words, analyzer)
        if written[0].isupper():
            mended = mended[0].upper() + mended[1:]
        query = query[: token.start] + mended + query[token.end :]
    return query


def _mended(written: str, lemma: str, words: CorpusWords, analyzer: Analyzer) -> str:
    """The corpus's word for a word that nobody knows; the word itself when there is none."""
    word = "".join(folded_words(written))
    if not word.isalpha() or len(word) < MIN_LETTERS or _ROMAN.fullmatch(word):
        return written
    if words.knows(word) or words.knows(lemma) or analyzer.knows(word):
        return written
    typed = in_english_layout(word)
    if words.knows(typed):
        return typed
    near = words.near(word, edits=2 if len(word) >= _LONG_LETTERS else 1)
    if not near:
        return written
    best, _ = min(near, key=lambda form: (form[1], form[0][0] != word[0], -words.count(form[0])))
    is_inflection = analyzer.lemmas(best) == [lemma]
    return written if is_inflection else words.written(best)
