"""The item before an annotator -> HTML with its buttons, and the script that works them.

The script reads what is judged from the markup it stands in, so a grade always goes to the passage
that was on the screen; keys are read by place (`event.code`), whatever the layout.
"""

from search.engine import Engine
from search.hits import Hit
from search.judging.desk import Sheet, Work
from search.judging.judgment import GRADES, MAX_COMMENT_CHARS
from search.ui.cards import message_html, passage_html
from search.ui.escaping import escaped
from search.ui.judge.texts import JudgeTexts

SKIP, UNDO, BACK, FORWARD = "skip", "undo", "back", "forward"
_KEYS = {SKIP: "N", UNDO: "U", BACK: "J", FORWARD: "K"}

CSS = """
.sheet { max-width: 820px; margin: 0 auto; }
.sheet:focus { outline: none; }
.sheet h2 { margin: 4px 0 2px; font-size: 1.3em; }
.sheet .label { color: var(--body-text-color-subdued); font-size: 0.85em; }
.sheet article { border: 1px solid var(--border-color-primary); border-radius: 10px;
  padding: 14px 16px; margin: 10px 0; background: var(--background-fill-primary); }
.sheet article h3 { margin: 0 0 6px; font-size: 1.05em; }
.sheet article p { margin: 0; line-height: 1.6; overflow-wrap: anywhere; white-space: pre-line; }
.sheet mark { background: #ffe58a; color: #222; border-radius: 3px; padding: 0 1px; }
.sheet progress { width: 100%; height: 8px; appearance: none; border: 0; border-radius: 4px;
  overflow: hidden; background: var(--neutral-200); }
.dark .sheet progress,
.dark .sheet progress::-webkit-progress-bar { background: var(--neutral-700); }
.sheet progress::-webkit-progress-bar { background: var(--neutral-200); }
.sheet progress::-webkit-progress-value { background: #3a7d44; }
.sheet progress::-moz-progress-bar { background: #3a7d44; }
.sheet .grades, .sheet .turns { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; }
.sheet button { border: 1px solid var(--border-color-primary); border-radius: 8px; margin: 0;
  background: var(--background-fill-secondary); color: var(--body-text-color); cursor: pointer;
  padding: 10px 14px; flex: 1 1 auto; font-size: 1em; }
.sheet .turns button { padding: 6px 10px; font-size: 0.9em; }
.sheet button[aria-pressed=true] { box-shadow: inset 0 0 0 2px #3a7d44; }
.sheet button:focus-visible { outline: 3px solid #2563eb; }
.sheet[data-pending] button { opacity: 0.5; cursor: wait; }
.sheet kbd { border: 1px solid var(--border-color-primary); border-radius: 4px; padding: 0 6px;
  margin-right: 6px; font-size: 0.9em; }
.sheet textarea { width: 100%; box-sizing: border-box; border-radius: 8px; padding: 8px;
  border: 1px solid var(--border-color-primary); background: var(--input-background-fill);
  color: var(--body-text-color); font: inherit; }
.sheet .said { min-height: 1.5em; margin: 6px 0; }
.sheet .said.error, .message.error { color: #b3261e; font-weight: 600; }
.dark .sheet .said.error, .dark .message.error { color: #ff8a80; }
"""

SCRIPT = """
const LATE = 40000;  // longer than the server itself waits for its database
let timer, shown;
const actions = {Digit0: '0', Digit1: '1', Digit2: '2', Digit3: '3', Numpad0: '0', Numpad1: '1',
  Numpad2: '2', Numpad3: '3', KeyN: 'skip', KeyU: 'undo', KeyJ: 'back', KeyK: 'forward'};
const act = (action) => {
  const sheet = element.querySelector('.sheet');
  if (!sheet || 'pending' in sheet.dataset) return;
  if (!sheet.querySelector(`button[data-action="${action}"]`)) return;
  sheet.dataset.pending = action;
  clearTimeout(timer);  // the section is the same one for every item
  timer = setTimeout(() => {
    if (!('pending' in sheet.dataset)) return;
    delete sheet.dataset.pending;
    const said = sheet.querySelector('.said');
    said.textContent = sheet.dataset.late;
    said.classList.add('error');
  }, LATE);
  const comment = sheet.querySelector('textarea');
  const {pool, query, passage, seen, position} = sheet.dataset;
  trigger('click', {action, pool, query, passage, seen, position: Number(position),
    comment: comment ? comment.value : ''});
};
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-action]');
  if (button) act(button.dataset.action);
});
const onKey = (event) => {
  if (!element.isConnected) { document.removeEventListener('keydown', onKey); return; }
  if (event.key === 'Escape' && element.contains(document.activeElement)) {
    document.activeElement.blur();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest('input, textarea, select, [contenteditable=true]')) return;
  if (!element.offsetParent || !(event.code in actions)) return;
  event.preventDefault();
  act(actions[event.code]);
};
document.addEventListener('keydown', onKey);
watch('value', () => {
  const sheet = element.querySelector('.sheet');
  const item = sheet && JSON.stringify([sheet.dataset.query, sheet.dataset.passage]);
  const comment = sheet?.querySelector('textarea');
  // The page is patched, not replaced: what was typed for another item must not stay.
  if (comment && item !== shown) comment.value = comment.defaultValue;
  shown = item;
  const nowhere = document.activeElement === document.body;
  if (nowhere && element.offsetParent) element.querySelector('.sheet')?.focus();
});
"""


FOCUS = "() => document.querySelector('#sheet .sheet')?.focus()"
"""After signing in the keys go to the sheet, not into the name."""

RELEASE = """() => {
  const sheet = document.querySelector('#sheet .sheet');
  if (sheet) delete sheet.dataset.pending;
}"""
"""Runs after every answer of the server: what could not be saved can be pressed again."""


def work_html(work: Work, engine: Engine, texts: JudgeTexts, said: str = "") -> str:
    """The sheet of an annotator's work, or that the pool is done; `said`: what just happened."""
    count = work.progress
    told = texts.progress.format(done=count.done, open=count.open, total=count.total)
    share = count.done + count.open
    bar = (
        f'<div class="label">{escaped(told)}</div>'
        f'<progress value="{count.done}" max="{share or 1}" aria-label="{escaped(told)}">'
        "</progress>"
    )
    gone = f'<div class="label">{escaped(texts.gone.format(count=work.gone))}</div>'
    status = f'<div class="said" role="status">{escaped(said)}</div>'
    top = bar + (gone if work.gone else "") + status
    kept = f'data-pool="{escaped(work.pool)}" data-late="{escaped(texts.no_answer)}"'
    if work.sheet is None:
        body = message_html(texts.finished) + _turns(texts, (UNDO, BACK))
        return (
            f'<section class="sheet" tabindex="-1" data-position="{count.total}" {kept}>'
            f"{top}{body}</section>"
        )
    return _sheet(work.sheet, engine, texts, top, kept)


def _sheet(sheet: Sheet, engine: Engine, texts: JudgeTexts, top: str, kept: str) -> str:
    task, passage, given = sheet.task, sheet.passage, sheet.given
    need = (
        f'<div class="label">{escaped(texts.need)}</div><p>{escaped(task.need)}</p>'
        if task.need
        else ""
    )
    changed = (
        f'<div class="label">{escaped(texts.changed)}</div>'
        if sheet.shown_hash != task.text_hash
        else ""
    )
    hit = engine.marked(Hit(passage, {}), task.query)
    pressed = {str(given.grade) if given.grade is not None else SKIP} if given else set()
    grades = "".join(
        _button(str(grade), str(grade), texts.grades[grade], str(grade) in pressed)
        for grade in reversed(GRADES)
    )
    grades += _button(SKIP, _KEYS[SKIP], texts.skip, SKIP in pressed)
    comment = given.comment if given else ""
    return (
        f'<section class="sheet" tabindex="-1" data-query="{escaped(task.query)}" '
        f'data-passage="{escaped(task.passage_id)}" data-seen="{sheet.shown_hash}" '
        f'data-position="{task.position}" {kept}>{top}'
        f'<div class="label">{escaped(texts.query)}</div><h2>{escaped(task.query)}</h2>{need}'
        f"<article><h3>{escaped(passage.title or passage.id)}</h3>"
        f"<p>{passage_html(hit)}</p></article>{changed}"
        f'<div class="grades" role="group" aria-label="{escaped(texts.grades_label)}">'
        f"{grades}</div>"
        f'<textarea rows="2" maxlength="{MAX_COMMENT_CHARS}" '
        f'aria-label="{escaped(texts.comment)}" placeholder="{escaped(texts.comment)}">'
        f"{escaped(comment)}</textarea>"
        f"{_turns(texts, (UNDO, BACK, FORWARD))}"
        f'<div class="label">{escaped(texts.keys)}</div></section>'
    )


def _turns(texts: JudgeTexts, actions: tuple[str, ...]) -> str:
    names = {UNDO: texts.undo, BACK: texts.back, FORWARD: texts.forward}
    buttons = "".join(_button(action, _KEYS[action], names[action], None) for action in actions)
    return f'<div class="turns">{buttons}</div>'


def _button(action: str, key: str, name: str, pressed: bool | None) -> str:
    state = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    return (
        f'<button type="button" data-action="{action}" aria-keyshortcuts="{key}"{state}>'
        f"<kbd>{key}</kbd>{escaped(name)}</button>"
    )
