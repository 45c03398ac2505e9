"""A trial and its votes -> HTML."""

from collections import Counter
from dataclasses import asdict, replace

from index.sentences import Span
from search.comparison import Comparison, compare
from search.hits import Hit, Ranking
from search.judging.votes import Tally
from search.rivals import HOME
from search.ui.cards import message_html, passage_html
from search.ui.compare.texts import CompareTexts
from search.ui.compare.trial import SHOWN, Trial
from search.ui.escaping import escaped
from search.ui.quality.comparison import p_value
from search.variant import Variant

SNIPPET_CHARS = 160
CARD, GAP, GUTTER = 120, 8, 56
"""Pixels: the lines are drawn by rank, so every card is as high as the others."""
CSS = f"""
.versus {{ display: grid; grid-template-columns: minmax(0, 1fr) {GUTTER}px minmax(0, 1fr); }}
.versus h4, .versus .lines-head {{ height: 28px; margin: 0; }}
.versus article {{ box-sizing: border-box; height: {CARD}px; margin-bottom: {GAP}px;
  overflow: hidden; padding: 6px 10px; }}
.versus h3 {{ white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}
.versus p {{ font-size: 0.88em; line-height: 1.35; margin: 0; }}
.versus .opposite {{ color: var(--body-text-color-subdued); font-size: 0.8em; }}
.versus line {{ stroke: var(--primary-600); stroke-width: 2; }}
"""


def trial_html(trial: Trial, texts: CompareTexts) -> str:
    """Figures, then the two lists with a line from each passage to itself; no word of A or B."""
    keys = _passages if trial.a.index == trial.b.index else _documents
    left, right = keys(trial.left), keys(trial.right)
    compared = compare(left, right, SHOWN)
    figures = texts.figures.format(rbo=compared.rbo, jaccard=compared.jaccard, k=SHOWN)
    in_left = {place.id: place.in_a for place in compared.places}
    in_right = {place.id: place.in_b for place in compared.places}
    return (
        f'{message_html(figures)}<div class="versus">'
        f"{_column(trial.left, texts.left, [in_right[key] for key in left], texts)}"
        f'<div><div class="lines-head"></div>{_lines(compared)}</div>'
        f"{_column(trial.right, texts.right, [in_left[key] for key in right], texts)}</div>"
    )


def verdict_html(trial: Trial, tally: Tally, texts: CompareTexts) -> str:
    """Which was which, once there is a vote, and the tally."""
    lines = [] if trial.choice is None else [_revealed(trial, texts)]
    lines.append(texts.tally.format(a=tally.a, b=tally.b, ties=tally.ties, p=p_value(tally.p)))
    return "".join(message_html(line) for line in lines)


def _revealed(trial: Trial, texts: CompareTexts) -> str:
    a, b = ("A", _values(trial.a, trial.b, texts)), ("B", _values(trial.b, trial.a, texts))
    (left, left_values), (right, right_values) = (a, b) if trial.a_is_left else (b, a)
    return texts.revealed.format(
        left=left, left_values=left_values, right=right, right_values=right_values
    )


def _values(variant: Variant, other: Variant, texts: CompareTexts) -> str:
    others = asdict(other)
    return ", ".join(
        f"{texts.fields[name]}: {texts.own if value == HOME else value}"
        for name, value in asdict(variant).items()
        if value != others[name]
    )


def _passages(ranking: Ranking) -> list[str]:
    return [hit.passage.id for hit in ranking.hits]


def _documents(ranking: Ranking) -> list[str]:
    """What two indexes, whose windows may differ, share: a document, its next passage, …"""
    seen: Counter[str] = Counter()
    keys = []
    for hit in ranking.hits:
        seen[hit.passage.document_id] += 1
        keys.append(f"{hit.passage.document_id}\n{seen[hit.passage.document_id]}")
    return keys


def _column(ranking: Ranking, title: str, opposite: list[int | None], texts: CompareTexts) -> str:
    cards = "".join(
        _card(hit, rank, there, texts)
        for rank, (hit, there) in enumerate(zip(ranking.hits, opposite, strict=True), 1)
    )
    nothing = message_html(texts.nothing)
    return (
        f"<div><h4>{escaped(title)}</h4>"
        f'<div class="hits" style="gap: 0">{cards or nothing}</div></div>'
    )


def _card(hit: Hit, rank: int, opposite: int | None, texts: CompareTexts) -> str:
    title = escaped(hit.passage.title or hit.passage.id)
    there = texts.elsewhere.format(rank=opposite) if opposite else texts.absent
    return (
        f'<article><h3><span class="rank">{rank}.</span>{title}</h3>'
        f'<div class="opposite">{escaped(there)}</div><p>{_snippet(hit)}</p></article>'
    )


def _snippet(hit: Hit) -> str:
    """The marked text from the best sentence on, cut short."""
    start = hit.best_sentence.start if hit.best_sentence else 0
    text = hit.passage.text[start : start + SNIPPET_CHARS]
    marks = tuple(
        Span(mark.start - start, mark.end - start)
        for mark in hit.highlights
        if start <= mark.start and mark.end <= start + len(text)
    )
    passage = replace(hit.passage, text=text)
    shown = passage_html(replace(hit, passage=passage, highlights=marks, best_sentence=None))
    return shown + ("…" if start + len(text) < len(hit.passage.text) else "")


def _lines(compared: Comparison) -> str:
    lines = "".join(
        f'<line x1="0" y1="{_middle(place.in_a)}" x2="{GUTTER}" y2="{_middle(place.in_b)}"/>'
        for place in compared.places
        if place.in_a and place.in_b
    )
    height = SHOWN * (CARD + GAP)
    return f'<svg width="{GUTTER}" height="{height}" aria-hidden="true">{lines}</svg>'


def _middle(rank: int) -> int:
    return (rank - 1) * (CARD + GAP) + CARD // 2
