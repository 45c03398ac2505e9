"""Help below the query box: how it may go on, and what may have been meant by it."""

import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Self
from weakref import WeakKeyDictionary

import gradio as gr

from index.analyzer import Analyzer
from index.errors import RetrievalError
from index.passages import Passage
from search.corpora import HOME, Corpora
from search.engine import Engine
from search.suggest.completions import Completions
from search.suggest.spelling import suggestion
from search.suggest.words import CorpusWords
from search.ui.escaping import escaped
from search.ui.texts import Texts

CSS = """
#offers:not(:has(button)) { display: none; }
.offers { display: flex; flex-wrap: wrap; gap: 6px; align-items: baseline; }
.offers button { font-size: 0.9em; font-weight: 400; padding: 3px 10px; margin: 0;
  border-radius: 8px; cursor: pointer;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-secondary);
  color: var(--body-text-color); }
.offers button:focus-visible { outline: 3px solid #2563eb; }
"""
SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('.offers button');
  if (button) trigger('click', {query: button.textContent});
});
"""
MIN_TYPED = 2
"""Fewer letters begin too many words."""
MOST_READ = 100_000
"""Of a corpus with more passages the words and titles are not read: it would take minutes."""


class QueryHelp:
    """What one corpus has to offer for a query."""

    def __init__(self, words: CorpusWords, completions: Completions, analyzer: Analyzer) -> None:
        self._words = words
        self._completions = completions
        self._analyzer = analyzer

    @classmethod
    def of(cls, passages: Iterable[Passage], queries: Iterable[str], analyzer: Analyzer) -> Self:
        """Read all passages once; `queries` are examples, offered before titles."""
        read = list(passages)
        titles = [passage.title for passage in read if passage.title]
        return cls(CorpusWords.of(read), Completions(titles, queries), analyzer)

    def completions_html(self, typed: str, texts: Texts) -> str:
        """Buttons with queries that `typed` may become; empty when there are none."""
        if len(typed.strip()) < MIN_TYPED:
            return ""
        found = [text for text in self._completions.of(typed) if text != typed.strip()]
        return _offers_html(texts.go_on, found)

    def suggestion_html(self, query: str, texts: Texts) -> str:
        """«Возможно, вы искали …»; empty when every word is known."""
        meant = suggestion(query, self._words, self._analyzer)
        return _offers_html(texts.meant, [meant] if meant else [])


class QueryHelps:
    """The help of each corpus, made at its first use; threads may share it."""

    def __init__(self, corpora: Corpora, examples: Sequence[str]) -> None:
        """`examples` are of the app's own corpus, whose help is made at once."""
        self._corpora = corpora
        self._examples = examples
        self._made: WeakKeyDictionary[Engine, QueryHelp] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self.of(HOME)

    def completions_html(self, corpus: str, typed: str, texts: Texts) -> str:
        """As `QueryHelp.completions_html`; empty for a corpus that is gone: the search says so."""
        with suppress(RetrievalError):
            return self.of(corpus).completions_html(typed, texts)
        return ""

    def suggestion_html(self, corpus: str, query: str, texts: Texts) -> str:
        """As `QueryHelp.suggestion_html`; empty for a query or corpus that can't be searched."""
        if len(query) > self._corpora.home.settings.max_query_chars:
            return ""
        with suppress(RetrievalError):
            return self.of(corpus).suggestion_html(query, texts)
        return ""

    def of(self, corpus: str) -> QueryHelp:
        """Raises the errors of `Corpora.engine`."""
        engine = self._corpora.engine(corpus)
        with self._lock:
            if engine not in self._made:
                passages = engine.index.passages
                self._made[engine] = QueryHelp.of(
                    passages if len(passages) <= MOST_READ else (),
                    self._examples if corpus == HOME else (),
                    engine.models.analyzer,
                )
            return self._made[engine]


def chosen(event: gr.EventData) -> str:
    """The query of the button that was pressed."""
    sent: dict[str, Any] = event._data
    return str(sent["query"])


def _offers_html(label: str, queries: list[str]) -> str:
    if not queries:
        return ""
    buttons = "".join(f'<button type="button">{escaped(query)}</button>' for query in queries)
    return f'<div class="offers" role="status"><span>{escaped(label)}</span> {buttons}</div>'
