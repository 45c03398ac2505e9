"""What a person takes away from a search: its link, a passage, the results as JSON or CSV.

It happens in the browser, from the cards on the screen: nobody's query is written on the server.
"""

import json

from search.hits import Hit
from search.report import hit_as_json
from search.ui.escaping import escaped
from search.ui.texts import Texts

CSS = """
.results-bar, .hits .actions { display: flex; flex-wrap: wrap; gap: 6px; }
.results-bar { margin: 0 0 8px; }
.hits .actions { margin-top: 6px; }
.results-bar button, .hits .action { padding: 4px 10px; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-secondary);
  color: var(--body-text-color); font-size: 0.85em; margin: 0; }
.results-bar button:focus-visible, .hits .action:focus-visible { outline: 3px solid #2563eb; }
"""
SCRIPT = """
const rowsOf = (hits) => [...hits.querySelectorAll('article')].map((card, i) => (
  {rank: i + 1, ...JSON.parse(card.dataset.hit)}));
const csvOf = (rows) => {
  const stages = ['bm25', 'dense', 'fused', 'reranked'];
  const names = ['rank', 'id', 'title', 'text',
    ...stages.flatMap(s => [s + '_rank', s + '_score'])];
  // As index/cells.py: a spreadsheet would run a cell that begins like a formula.
  const cell = (value) => {
    const text = value === undefined ? '' : String(value);
    const runs = typeof value === 'string' && /^[=+@\\t\\r\\n'＝＋－＠-]/.test(text);
    return '"' + (runs ? "'" + text : text).replaceAll('"', '""') + '"';
  };
  const lines = rows.map(row => [row.rank, row.id, row.title, row.text,
    ...stages.flatMap(s => [row.stages[s]?.rank, row.stages[s]?.score])]);
  const table = [names, ...lines].map(line => line.map(cell).join(',') + '\\r\\n');
  return '\\ufeff' + table.join('');  // Excel knows UTF-8 by its mark
};
const download = (content, kind, name) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], {type: kind}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
const copied = async (button, text) => {
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.done;
  } catch {
    window.prompt(button.textContent, text);  // no clipboard without https
  }
  setTimeout(() => { button.textContent = said; }, 1500);
};
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-take]');
  if (!button) return;
  const hits = button.closest('.hits');
  const take = button.dataset.take;
  if (take === 'link') {
    const url = new URL(window.location);
    url.searchParams.set('q', hits.dataset.query);
    copied(button, url.href);
  } else if (take === 'passage') {
    const hit = JSON.parse(button.closest('article').dataset.hit);
    copied(button, [hit.title, hit.text].filter(Boolean).join('\\n'));
  } else if (take === 'json') {
    const found = {query: hits.dataset.query, hits: rowsOf(hits)};
    download(JSON.stringify(found, null, 1), 'application/json', 'results.json');
  } else {
    download(csvOf(rowsOf(hits)), 'text/csv', 'results.csv');
  }
});
"""


def results_bar_html(texts: Texts) -> str:
    """The row of buttons above the cards."""
    done = escaped(texts.copied)
    labels = {"link": texts.copy_link, "json": texts.export_json, "csv": texts.export_csv}
    buttons = "".join(
        f'<button type="button" data-take="{take}" data-done="{done}">{escaped(label)}</button>'
        for take, label in labels.items()
    )
    return f'<div class="results-bar">{buttons}</div>'


def card_actions_html(texts: Texts) -> str:
    """The buttons below a card: why it is here (`search.ui.explain.dialog`), copy its passage."""
    return (
        '<div class="actions">'
        f'<button type="button" class="action" data-why>{escaped(texts.why_here)}</button>'
        f'<button type="button" class="action" data-take="passage" '
        f'data-done="{escaped(texts.copied)}">{escaped(texts.copy_passage)}</button></div>'
    )


def hit_attribute(hit: Hit) -> str:
    """What the script exports of a card: the hit as the /search endpoint gives it."""
    return f'data-hit="{escaped(json.dumps(hit_as_json(hit), ensure_ascii=False))}"'
