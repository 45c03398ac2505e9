"""Ranking -> HTML: the result cards, their stages, marks and messages."""

from collections.abc import Mapping

from index.sentences import Span
from search.errors import QueryError
from search.hits import STAGES, Hit, Ranking
from search.judging.judgment import Grade
from search.ui.escaping import escaped
from search.ui.judge.texts import JudgeTexts
from search.ui.results_bar import card_actions_html, hit_attribute, results_bar_html
from search.ui.spot_grades import seen_attribute, spot_grades_html
from search.ui.texts import Texts

CSS = """
/* The theme's greys and blue fall short of WCAG's 4.5 to 1 in light; its dark ones do not. */
:root { --body-text-color-subdued: var(--neutral-600);
  --input-placeholder-color: var(--neutral-600);
  --button-primary-background-fill: var(--primary-600);
  --button-primary-background-fill-hover: var(--primary-700); --color-accent: var(--primary-600); }
.dark { --color-accent: var(--primary-500); }
.row:has(> #language) > :first-child { flex-basis: 260px; }
/* What helps to begin makes room for what was found. */
body:has(#hits article) #examples { display: none; }
.hits { display: flex; flex-direction: column; gap: 12px; }
.hits article { border: 1px solid var(--border-color-primary); border-radius: 10px;
  padding: 14px 16px; background: var(--background-fill-primary); }
.hits h3 { margin: 0 0 6px; font-size: 1.05em; }
.hits h3 .rank { color: var(--body-text-color-subdued); font-weight: 400; margin-right: 6px; }
.hits p { margin: 0 0 8px; line-height: 1.55; overflow-wrap: anywhere; white-space: pre-line; }
.hits mark { background: #ffe58a; color: #222; border-radius: 3px; padding: 0 1px; }
.hits .answer { border: 1px solid var(--border-color-primary); border-left: 4px solid #3a7d44;
  border-radius: 10px; padding: 12px 16px; background: var(--background-fill-secondary); }
.hits .answer blockquote { margin: 4px 0 8px !important; padding: 0; border: 0;
  font-size: 1.15em; line-height: 1.5; overflow-wrap: anywhere; }
.hits .answer .label { color: var(--body-text-color-subdued); font-size: 0.88em; }
.hits .answer button { padding: 0; border: 0; background: none; text-align: left; cursor: pointer;
  margin: 0; font-size: 0.95em; font-weight: 400;
  color: var(--body-text-color); text-decoration: underline; }
.hits h3 { scroll-margin-top: 16px; }
.hits .more { align-self: center; padding: 8px 22px; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-secondary);
  color: var(--body-text-color); }
.hits .more:focus-visible, .hits .answer button:focus-visible { outline: 3px solid #2563eb; }
.hits .best { border-bottom: 2px solid #3a7d44; }
.hits .stages, .hits .cut, .summary { color: var(--body-text-color-subdued); font-size: 0.88em; }
.hits .stages { display: flex; flex-wrap: wrap; }
.hits .stages span { white-space: pre; }
.hits .stages span:not(:last-child)::after { content: " | "; }
.unseen { position: absolute !important; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); }
.message { padding: 18px 4px; color: var(--body-text-color); }
.note { margin: 2px 0; }
"""


def message_html(message: str, kind: str = "message") -> str:
    """A line to the person: empty state, no hits, an error."""
    return f'<div class="{kind}" role="status">{escaped(message)}</div>'


def query_error_html(error: QueryError, texts: Texts) -> str:
    """Why a query can't be searched, in the page's language."""
    return message_html(texts.query_errors[error.reason].format(**error.values), "message error")


def heading_html(name: str) -> str:
    """The name of a tab as the heading its cards stand below; screen readers alone meet it."""
    return f"<h2>{escaped(name)}</h2>"


def summary_html(ranking: Ranking, found: int, texts: Texts, waiting: bool = False) -> str:
    """How many were found, the time of each stage, and the ranking's notes."""
    parts = [texts.summary.format(shown=len(ranking.hits), found=found)]
    parts += [
        f"{texts.stages[stage]} {1000 * seconds:.0f} {texts.milliseconds}"
        for stage, seconds in ranking.seconds.items()
    ]
    lines = [" · ".join(parts), *(texts.notes[note] for note in ranking.notes)]
    lines += [texts.reranking] if waiting else []
    notes = "".join(f'<div class="note">{escaped(line)}</div>' for line in lines)
    return f'<div class="summary" role="status">{notes}</div>'


def hits_html(
    ranking: Ranking,
    texts: Texts,
    judge_texts: JudgeTexts,
    given: Mapping[str, Grade | None] | None,
    more: bool = False,
) -> str:
    """The short answer and the cards, best first, with buttons to grade; or the no-hit message.

    `given` is passage id -> the grade the person gave it before, None: nothing is graded.
    `more`: offer further results.
    """
    if not ranking.hits:
        return message_html(texts.nothing)
    cards = "".join(
        _card(hit, number, texts, _grades(hit, judge_texts, given))
        for number, hit in enumerate(ranking.hits, 1)
    )
    bar = results_bar_html(texts)
    button = f'<button type="button" class="more">{escaped(texts.more)}</button>' if more else ""
    content = f"{bar}{_answer(ranking, texts)}{cards}{button}"
    return f'<div class="hits" data-query="{escaped(ranking.query)}">{content}</div>'


def _grades(hit: Hit, texts: JudgeTexts, given: Mapping[str, Grade | None] | None) -> str:
    return "" if given is None else spot_grades_html(texts, given.get(hit.passage.id))


def _answer(ranking: Ranking, texts: Texts) -> str:
    if ranking.answer is None:
        return ""
    first = ranking.hits[0]
    label = " · ".join([texts.short_answer, *_probability(first, texts)])
    return (
        f'<section class="answer" aria-label="{escaped(texts.short_answer)}">'
        f'<div class="label">{escaped(label)}</div>'
        f"<blockquote>{_words(first.passage.text, ranking.answer, first.highlights)}</blockquote>"
        f'<button type="button">{escaped(_title(first))}</button></section>'
    )


def _card(hit: Hit, number: int, texts: Texts, grades: str) -> str:
    told = [*(_stage(hit, name, texts) for name in STAGES), *_probability(hit, texts)]
    stages = "".join(f"<span>{escaped(part)}</span>" for part in told)
    cut = f'<div class="cut">{escaped(texts.cut)}</div>' if hit.cut else ""
    return (
        f'<article data-id="{escaped(hit.passage.id)}" {seen_attribute(hit)} {hit_attribute(hit)}>'
        f'<h3 id="hit-{number}" tabindex="-1"><span class="rank">{number}.</span>'
        f'<span class="title">{escaped(_title(hit))}</span></h3>'
        f"<p>{passage_html(hit, texts.best_sentence)}</p>"
        f'<div class="stages" title="{escaped(texts.stage_help)}">{stages}</div>'
        f"{cut}{grades}{card_actions_html(texts)}</article>"
    )


def _title(hit: Hit) -> str:
    return hit.passage.title or hit.passage.id


def _probability(hit: Hit, texts: Texts) -> list[str]:
    """«вероятность 87 %», never a certain 0 or 100; nothing where nothing was calibrated."""
    if hit.probability is None:
        return []
    percent = min(max(round(100 * hit.probability), 1), 99)
    return [texts.probability.format(percent=percent)]


def _stage(hit: Hit, name: str, texts: Texts) -> str:
    """«BM25 №14 · 7.3»; a stage that did not see the passage shows a dash, never a zero."""
    stage = hit.stages.get(name)
    if stage is None:
        return f"{texts.stages[name]} —"
    shown = f"{stage.score:.3f}" if name == "fused" else f"{stage.score:.2f}"
    return f"{texts.stages[name]} №{stage.rank} · {shown}"


def passage_html(hit: Hit, best_hint: str = "") -> str:
    """The passage's text with matched words in <mark> and the best sentence underlined."""
    text, best = hit.passage.text, hit.best_sentence
    if best is None:
        return _words(text, Span(0, len(text)), hit.highlights)
    return (
        _words(text, Span(0, best.start), hit.highlights)
        + f'<span class="best" title="{escaped(best_hint)}">'
        + f"{_words(text, best, hit.highlights)}</span>"
        + _words(text, Span(best.end, len(text)), hit.highlights)
    )


def _words(text: str, part: Span, matches: tuple[Span, ...]) -> str:
    html, position = [], part.start
    for match in matches:
        if part.start <= match.start and match.end <= part.end:
            html.append(escaped(text[position : match.start]))
            html.append(f"<mark>{escaped(text[match.start : match.end])}</mark>")
            position = match.end
    html.append(escaped(text[position : part.end]))
    return "".join(html)
