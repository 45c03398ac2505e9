"""«Почему здесь?» on a card: a window with the explanation of its place."""

import gradio as gr

from search.corpora import Corpora
from search.explain import explain
from search.ui.attempt import attempt
from search.ui.corpora.where import chosen_engine
from search.ui.escaping import escaped
from search.ui.events import MODELS, QUIET
from search.ui.explain.influence import SCRIPT as MOVED_SCRIPT
from search.ui.explain.influence import add_influence, slot_html
from search.ui.explain.texts import EXPLAIN_TEXTS, ExplainTexts
from search.ui.explain.view import explanation_html

CSS = """
dialog.why { max-width: min(640px, 94vw); max-height: 86vh; overflow: auto; border-radius: 12px;
  margin: auto; border: 1px solid var(--border-color-primary); color: var(--body-text-color);
  background: var(--background-fill-primary); }
dialog.why::backdrop { background: rgb(0 0 0 / 45%); }
dialog.why .close { padding: 6px 16px; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-secondary); }
.hits button[aria-busy=true] { opacity: 0.55; cursor: progress; }
"""
SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-why]');
  if (!button || button.getAttribute('aria-busy') === 'true') return;
  button.setAttribute('aria-busy', 'true');
  trigger('select', {query: button.closest('.hits').dataset.query,
    passage: button.closest('article').dataset.id});
});
"""
OPEN = """() => {
  for (const button of document.querySelectorAll('#hits [aria-busy]'))
    button.removeAttribute('aria-busy');
  const why = document.querySelector('#why dialog');
  if (why && !why.open) why.showModal();
}"""


def add_why_dialog(
    corpora: Corpora,
    language: gr.Radio,
    hits: gr.HTML,
    top_k: gr.Slider,
    sources: gr.Dropdown,
    where: gr.Dropdown,
) -> None:
    """Answer the buttons on the cards of `hits`, whose script holds `SCRIPT`."""
    why = gr.HTML(elem_id="why", padding=False, js_on_load=MOVED_SCRIPT)

    def why_here(
        event: gr.EventData, top_k: float, sources: list[str], where: str, spoken: str
    ) -> str:
        """Explain the card that was pressed, for the query that found it."""
        texts, sent = EXPLAIN_TEXTS[spoken], event._data

        def explained() -> str:
            engine = chosen_engine(corpora, where, spoken)
            found = explain(engine, sent["query"], sent["passage"], int(top_k), sources)
            return explanation_html(found, texts) + slot_html(found, texts)

        return _dialog_html(attempt(explained, spoken, texts.failure).html, texts)

    asked = hits.select(why_here, [top_k, sources, where, language], [why], **QUIET, **MODELS)
    asked.then(None, None, None, js=OPEN, **QUIET)
    add_influence(corpora, language, where, why)


def _dialog_html(content: str, texts: ExplainTexts) -> str:
    return (
        f'<dialog class="why" aria-label="{escaped(texts.why_here)}">{content}'
        f'<form method="dialog"><button class="close">{escaped(texts.close)}</button></form>'
        "</dialog>"
    )
