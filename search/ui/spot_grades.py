"""One-click grades on a search card: their HTML, and the scripts that send and show them."""

from search.hits import Hit
from search.judging.judgment import GRADES, Grade, Judgment, text_hash
from search.ui.escaping import escaped
from search.ui.judge.texts import JudgeTexts

CSS = """
#saved { position: fixed; right: 16px; bottom: 16px; z-index: 20; width: auto; max-width: 90vw; }
#saved .message { padding: 10px 16px; border-radius: 8px; background: var(--neutral-800);
  color: #fff; }
#saved .message.error { background: #b3261e; }
.hits .spot { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; margin-top: 6px;
  font-size: 0.85em; color: var(--body-text-color-subdued); }
.hits .spot button { padding: 2px 9px; border: 1px solid var(--border-color-primary); margin: 0;
  border-radius: 8px; background: var(--background-fill-secondary); color: var(--body-text-color);
  cursor: pointer; }
.hits .spot button[aria-pressed=true] { box-shadow: inset 0 0 0 2px #3a7d44; }
.hits .spot button:focus-visible { outline: 3px solid #2563eb; }
"""
SCRIPT = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('.spot button');
  if (!button) return;
  const card = button.closest('article');
  trigger('click', {grade: button.dataset.grade, query: button.closest('.hits').dataset.query,
    passage: card.dataset.id, seen: card.dataset.seen,
    title: card.querySelector('.title').textContent});
});
"""
MARK = """() => {
  const saved = document.querySelector('#saved [data-grade]');
  const hits = document.querySelector('#hits .hits');
  if (!saved || saved.dataset.query !== hits?.dataset.query) return;
  for (const card of document.querySelectorAll('#hits article')) {
    if (card.dataset.id !== saved.dataset.passage) continue;
    for (const button of card.querySelectorAll('.spot button'))
      button.setAttribute('aria-pressed', String(button.dataset.grade === saved.dataset.grade));
  }
}"""
"""Presses the button of what was saved, only after it was saved."""


def spot_grades_html(texts: JudgeTexts, given: Grade | None) -> str:
    """The row of buttons under a card, the grade already `given` pressed."""
    buttons = "".join(
        f'<button type="button" data-grade="{grade}" aria-pressed="{str(grade == given).lower()}" '
        f'title="{escaped(texts.grades[grade])}" '
        f'aria-label="{escaped(f"{grade}: {texts.grades[grade]}")}">{grade}</button>'
        for grade in GRADES
    )
    label = escaped(texts.spot_label)
    return f'<div class="spot" role="group" aria-label="{label}">{label}: {buttons}</div>'


def seen_attribute(hit: Hit) -> str:
    """What the script needs to know of a card's passage besides its id."""
    return f'data-seen="{text_hash(hit.passage.titled_text)}"'


def saved_html(judgment: Judgment, title: str, texts: JudgeTexts) -> str:
    """That a spot check is saved, readable for `MARK`."""
    said = texts.spot_saved.format(grade=judgment.grade, title=title)
    return (
        f'<div class="message" role="status" data-query="{escaped(judgment.query)}" '
        f'data-passage="{escaped(judgment.passage_id)}" '
        f'data-grade="{judgment.grade}">{escaped(said)}</div>'
    )
