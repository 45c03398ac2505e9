"""«Какие слова повлияли» in the window of an explanation: the passage's words in two colours."""

import gradio as gr

from search.corpora import Corpora
from search.explain import Explanation, explain
from search.influence import Influence, influences
from search.ui.attempt import attempt
from search.ui.corpora.where import chosen_engine
from search.ui.escaping import escaped
from search.ui.events import MODELS, QUIET
from search.ui.explain.texts import EXPLAIN_TEXTS, ExplainTexts
from search.ui.quality.table import line_html

STRONGEST = 5
"""Words told in text, for those who don't see the colours."""
SEEN = 0.05
"""Share of the greatest drop or rise from which on a word is shaded."""
CSS = """
.moved { margin: 8px 0; font-size: 0.92em; }
.moved .passage { white-space: pre-line; line-height: 1.7; overflow-wrap: anywhere; }
.moved mark { color: inherit; border-radius: 3px; padding: 1px 0;
  background: color-mix(in srgb, var(--hue) calc(var(--strength) * 50%), transparent); }
.moved .raised { --hue: #16a34a; }
.moved .lowered { --hue: #dc2626; text-decoration: underline dotted; }
.moved ol { display: flex; flex-wrap: wrap; gap: 2px 32px; margin: 4px 0 8px;
  padding-left: 1.6em; list-style: decimal; }
"""
SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-moved]');
  if (!button) return;
  const slot = button.closest('.moved');
  trigger('select', {query: slot.dataset.query, passage: slot.dataset.passage});
  slot.tabIndex = -1;  // the button with the focus goes
  slot.focus();
  slot.textContent = button.dataset.moved;
});
"""
PUT = """() => {
  const found = document.querySelector('#moved [data-passage]');
  const slot = document.querySelector('#why .moved');
  if (slot?.dataset.passage === found.dataset.passage && slot.dataset.query === found.dataset.query)
    slot.innerHTML = found.innerHTML;
}"""
"""Into the window, unless another one was opened meanwhile."""


def slot_html(explanation: Explanation, texts: ExplainTexts) -> str:
    """The button, where the words will stand."""
    button = (
        f'<button type="button" class="close" data-moved="{escaped(texts.moved_waiting)}">'
        f"{escaped(texts.moved)}</button>"
    )
    keys = _keys(explanation.query, explanation.passage.id)
    return f'<div class="moved" aria-live="polite" {keys}>{button}</div>'


def add_influence(corpora: Corpora, language: gr.Radio, where: gr.Dropdown, why: gr.HTML) -> None:
    """Answer the button of `slot_html` in `why`, whose script holds `SCRIPT`."""
    moved = gr.HTML(elem_id="moved", visible="hidden")

    def moved_by(event: gr.EventData, where: str, spoken: str) -> str:
        """The words of the passage that the window explains."""
        texts, sent = EXPLAIN_TEXTS[spoken], event._data

        def found() -> str:
            engine = chosen_engine(corpora, where, spoken)
            explained = explain(engine, sent["query"], sent["passage"])
            passage = explained.passage
            words = influences(engine.models, explained.query, passage)
            return influence_html(passage.titled_text, words, texts)

        html = attempt(found, spoken, texts.failure).html
        return f"<div {_keys(sent['query'], sent['passage'])}>{html}</div>"

    asked = why.select(
        moved_by, [where, language], [moved], trigger_mode="multiple", **QUIET, **MODELS
    )
    asked.then(None, None, None, js=PUT, **QUIET)


def influence_html(text: str, words: list[Influence], texts: ExplainTexts) -> str:
    """The strongest words with their figures, then the text with each word shaded.

    A word's strength is its share of the greatest drop or rise; below `SEEN` it stays plain.
    """
    if not words:
        return line_html(texts.moved_nothing)
    ranked = sorted(words, key=lambda word: -abs(word.drop))
    told = "".join(f"<li>{escaped(_told(word))}</li>" for word in ranked[:STRONGEST])
    return (
        f"{line_html(texts.moved_head)}<ol>{told}</ol>{line_html(texts.moved_legend)}"
        f'<p class="passage">{_shaded(text, words, abs(ranked[0].drop))}</p>'
    )


def _shaded(text: str, words: list[Influence], most: float) -> str:
    seen = [word for word in words if word.drop and abs(word.drop) >= SEEN * most]
    html, position = [], 0
    for span, word in sorted(((s, w) for w in seen for s in w.spans), key=lambda it: it[0].start):
        html.append(
            f"{escaped(text[position : span.start])}"
            f'<mark class="{"raised" if word.drop > 0 else "lowered"}" '
            f'style="--strength:{abs(word.drop) / most:.2f}" title="{escaped(_told(word))}">'
            f"{escaped(text[span.start : span.end])}</mark>"
        )
        position = span.end
    return "".join([*html, escaped(text[position:])])


def _told(word: Influence) -> str:
    return f"{word.lemma} {word.drop:+.2f}"


def _keys(query: str, passage_id: str) -> str:
    return f'data-query="{escaped(query)}" data-passage="{escaped(passage_id)}"'
