"""The person's last queries: this browser alone keeps them, and the server never hears of them."""

from search.ui.escaping import escaped
from search.ui.texts import Texts

CSS = """
#history:has(.history[hidden]), .history [hidden] { display: none; }
.history .latest { display: contents; }
.history button { max-width: min(100%, 24em); overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.history .clear { border-color: transparent; background: none; text-decoration: underline; }
.history summary { cursor: pointer; font-size: 0.9em; }
.history details { max-width: 100%; }
.history details[open] { flex-basis: 100%; }
.history .earlier { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 6px; }
"""
SCRIPT = """
const KEY = 'russian-search-history', KEPT = 20, MAX_CHARS = 1000;
const SHOWN = window.innerWidth < 600 ? 3 : 5;  // a phone has little room above the cards
const read = () => {
  try {
    const queries = JSON.parse(localStorage.getItem(KEY));
    return queries.filter(query => typeof query === 'string');
  } catch {
    return [];  // nothing kept yet, storage is forbidden, or somebody else wrote there
  }
};
const write = (queries) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(queries));
  } catch {}  // forbidden or full: the search goes on without
  draw();
};
const button = (query) => {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = made.title = query;
  return made;
};
const draw = () => {
  const queries = read();
  const focused = element.contains(document.activeElement);
  const latest = element.querySelector('.latest'), details = element.querySelector('details');
  latest.replaceChildren(...queries.slice(0, SHOWN).map(button));
  details.querySelector('.earlier').replaceChildren(...queries.slice(SHOWN).map(button));
  details.hidden = queries.length <= SHOWN;
  details.open = false;
  element.querySelector('.history').hidden = !queries.length;
  // The button pressed is gone: its query is the first one now, or the list is empty.
  if (focused) (latest.firstChild || document.querySelector('#query textarea')).focus();
};
document.addEventListener('asked', ({detail}) => {
  const query = detail.trim();
  if (!query || query.length > MAX_CHARS) return;
  write([query, ...read().filter(kept => kept !== query)].slice(0, KEPT));
});
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('.history button');
  if (pressed?.matches('.clear')) write([]);
  else if (pressed) trigger('click', {query: pressed.textContent});
});
window.addEventListener('storage', (event) => { if (event.key === KEY) draw(); });
watch('value', draw);  // another language
draw();
"""
REMEMBER = "(query) => document.dispatchEvent(new CustomEvent('asked', {detail: query}))"
"""For the event that searches for what stands in the query box."""


def history_html(texts: Texts) -> str:
    """The empty list, hidden until the script finds queries for it."""
    label = escaped(texts.recent)
    return (
        f'<div class="offers history" role="group" aria-label="{label}" hidden>'
        f'<span>{label}</span><div class="latest"></div>'
        f"<details hidden><summary>{escaped(texts.earlier)}</summary>"
        '<div class="earlier"></div></details>'
        f'<button type="button" class="clear">{escaped(texts.clear)}</button></div>'
    )
