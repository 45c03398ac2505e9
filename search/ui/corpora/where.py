"""«Где искать»: the choice of a corpus for a search."""

from typing import Any

import gradio as gr

from search.corpora import HOME, Corpora
from search.engine import Engine
from search.errors import CorporaError
from search.ui.attempt import NotReadyError
from search.ui.corpora.texts import CORPORA_TEXTS


def add_where(corpora: Corpora, language: gr.Radio) -> gr.Dropdown:
    """The dropdown, to be rendered in its place; hidden while there is nothing to choose."""
    choices = _choices(corpora, str(language.value))
    return gr.Dropdown(
        choices,
        value=HOME,
        label=CORPORA_TEXTS[str(language.value)].where,
        visible=len(choices) > 1,
        elem_id="where",
        render=False,
    )


def where_update(corpora: Corpora, language: str, chosen: str | None) -> Any:  # noqa: ANN401
    """The dropdown as the corpora are now; one that is gone gives way to the app's own."""
    choices = _choices(corpora, language)
    kept = chosen if chosen in corpora.names() else HOME
    return gr.update(
        choices=choices,
        value=kept,
        label=CORPORA_TEXTS[language].where,
        visible=len(choices) > 1,
    )


def chosen_engine(corpora: Corpora, where: str, language: str) -> Engine:
    """The engine over the corpus chosen.

    Raises `NotReadyError` when it was deleted or renamed since, and the errors of `Engine.open`.
    """
    try:
        return corpora.engine(where)
    except CorporaError as error:
        raise NotReadyError(CORPORA_TEXTS[language].why(error)) from error


def _choices(corpora: Corpora, language: str) -> list[tuple[str, str]]:
    home = CORPORA_TEXTS[language].home
    return [(home if name == HOME else name, name) for name in corpora.names()]
