"""Panel below the results: where the document that a person misses was lost."""

import gradio as gr

from search.corpora import Corpora
from search.errors import QueryError
from search.explain import explain_each, find_passages
from search.ui.attempt import attempt
from search.ui.cards import message_html, query_error_html
from search.ui.corpora.where import chosen_engine
from search.ui.events import BUSY, MODELS
from search.ui.explain.texts import EXPLAIN_TEXTS
from search.ui.explain.view import explanation_html
from search.ui.labelled import Labelled, relabel
from search.ui.texts import LANGUAGES

MOST = 3
"""Passages explained at once."""


def add_explain_panel(
    corpora: Corpora,
    language: gr.Radio,
    query: gr.Textbox,
    top_k: gr.Slider,
    sources: gr.Dropdown,
    where: gr.Dropdown,
) -> Labelled:
    """The accordion with its event; the others are the components of the search it explains."""
    start = EXPLAIN_TEXTS[str(language.value)]

    def explain_missing(
        phrase: str, query: str, top_k: float, sources: list[str], where: str, spoken: str
    ) -> str:
        texts = EXPLAIN_TEXTS[spoken]

        def explained() -> str:
            try:
                engine = chosen_engine(corpora, where, spoken)
                found = find_passages(engine, phrase, MOST)
                if not found:
                    return message_html(texts.not_found)
                explanations = explain_each(engine, query, found, int(top_k), sources)
            except QueryError as error:
                return query_error_html(error, LANGUAGES[spoken])
            return "".join(explanation_html(each, texts) for each in explanations)

        return attempt(explained, spoken, texts.failure).html

    with gr.Accordion(start.heading, open=False, elem_id="explain") as box:
        hint = gr.Markdown(start.hint)
        with gr.Row(equal_height=True):
            phrase = gr.Textbox(label=start.phrase, placeholder=start.placeholder, scale=6)
            button = gr.Button(start.button, scale=1, min_width=110)
        result = gr.HTML(padding=False)
    for trigger in (phrase.submit, button.click):
        trigger(
            explain_missing,
            [phrase, query, top_k, sources, where, language],
            [result],
            **BUSY,
            **MODELS,
        )
    return [
        relabel(box, EXPLAIN_TEXTS, label="heading"),
        relabel(hint, EXPLAIN_TEXTS, value="hint"),
        relabel(phrase, EXPLAIN_TEXTS, label="phrase", placeholder="placeholder"),
        relabel(button, EXPLAIN_TEXTS, value="button"),
        (result, lambda _: ""),
    ]
