"""What a person has begun to type -> past queries and titles it may become."""

from collections.abc import Iterable
from itertools import chain

from search.suggest.words import folded_words


class Completions:
    """Finishes a query. Case, ё and punctuation make no difference; no text comes twice."""

    def __init__(self, titles: Iterable[str], queries: Iterable[str]) -> None:
        texts: dict[str, str] = {}
        for text in chain(queries, titles):
            texts.setdefault(_key(text), text)
        self._texts = [(key, text) for key, text in texts.items() if key.strip()]

    def of(self, prefix: str, limit: int = 8) -> list[str]:
        """At most `limit` texts: those that start with `prefix`, then those with all its words.

        A typed word is in a text when it starts one of its words. Queries come before titles;
        an empty prefix gives the first of them.

        >>> Completions(["Озеро Байкал", "Байкал"], ["где байкал"]).of("БАЙ")
        ['Байкал', 'где байкал', 'Озеро Байкал']
        """
        typed = _key(prefix)
        found = self._texts
        for word in typed.split():
            found = [entry for entry in found if f" {word}" in entry[0]]
        found = sorted(found, key=lambda entry: not entry[0].startswith(typed))
        return [text for _, text in found[:limit]]


def _key(text: str) -> str:
    """The words of a text, a space before each: what a typed word is looked for in."""
    return " " + " ".join(folded_words(text))
