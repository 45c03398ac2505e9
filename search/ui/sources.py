"""«Только из разделов»: the choice among the sources of the corpus that is searched."""

from typing import Any

import gradio as gr

from index.errors import RetrievalError
from search.corpora import Corpora
from search.engine import Engine
from search.ui.texts import LANGUAGES, Texts


def add_sources(engine: Engine, language: gr.Radio) -> gr.Dropdown:
    """The dropdown, hidden while there is nothing to choose."""
    start = LANGUAGES[str(language.value)]
    return gr.Dropdown(
        _choices(engine.index.sources.names, start),
        multiselect=True,
        label=start.sources_label,
        visible=len(engine.index.sources.names) > 1,
        elem_id="sources",
    )


def sources_update(corpora: Corpora, where: str, chosen: list[str], spoken: str) -> Any:  # noqa: ANN401
    """The dropdown for another corpus or language; sources the corpus hasn't are dropped."""
    try:
        names = corpora.engine(where).index.sources.names
    except RetrievalError:  # the search says so
        names = ()
    texts = LANGUAGES[spoken]
    return gr.update(
        choices=_choices(names, texts),
        value=[name for name in chosen if name in names],
        label=texts.sources_label,
        visible=len(names) > 1,
    )


def _choices(names: tuple[str, ...], texts: Texts) -> list[tuple[str, str]]:
    return [(name or texts.no_source, name) for name in names]
