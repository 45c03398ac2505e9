"""How far annotators agree -> HTML: figures, balance, pairs and what a third person should see."""

from collections.abc import Mapping, Sequence

from index.passages import Passage
from search.judging.agreement import (
    Agreement,
    Disagreement,
    PairAgreement,
    agreement_of,
    class_balance,
)
from search.judging.grade_table import GradeTable
from search.judging.judgment import GRADES, Judgment
from search.judging.pool import PoolItem
from search.judging.stale import Freshness, freshness
from search.ui.cards import message_html
from search.ui.escaping import escaped
from search.ui.pools.texts import PoolsTexts

LISTED = 100
"""Disagreements shown at most."""


def agreement_html(
    judgments: Sequence[Judgment], passages: Mapping[str, Passage], texts: PoolsTexts
) -> str:
    """The agreement of these judgments; where none can be measured, why, and what to do."""
    table = GradeTable.of(judgments)
    if not table.annotators:
        return message_html(texts.no_grades)
    balance = _balance(class_balance(table), texts)
    if len(table.annotators) == 1:
        told = texts.one_annotator.format(who=table.annotators[0])
        return message_html(told) + _block(balance)
    if not (table.counts.sum(1) >= 2).any():
        told = texts.no_shared.format(annotators=len(table.annotators), items=len(table.items))
        return message_html(told) + _block(balance)
    agreement = agreement_of(judgments)
    notes = "".join(
        f'<p class="note-line">{escaped(texts.notes[note])}</p>' for note in agreement.notes
    )
    pairs = "".join(_pair(pair, texts) for pair in agreement.pairs)
    return _block(
        _figures(agreement, texts)
        + notes
        + balance
        + f'<h4>{escaped(texts.pairs)}</h4><div class="pairs">{pairs}</div>'
        + disagreements_html(agreement.disagreements, passages, texts)
    )


def disagreements_html(
    found: Sequence[Disagreement], passages: Mapping[str, Passage], texts: PoolsTexts
) -> str:
    """The first `LISTED` disagreements, each to be opened for the passage as it is now."""
    title = f"<h4>{escaped(texts.disagreements.format(count=len(found)))}</h4>"
    if not found:
        return title + f'<p class="quiet">{escaped(texts.no_disagreements)}</p>'
    listed = "".join(_disagreement(one, passages, texts) for one in found[:LISTED])
    rest = len(found) - LISTED
    more = f'<p class="quiet">{escaped(texts.more.format(count=rest))}</p>' if rest > 0 else ""
    return title + f'<p class="quiet">{escaped(texts.disagreements_hint)}</p>{listed}{more}'


def _block(html: str) -> str:
    return f'<div class="pools">{html}</div>'


def _figures(agreement: Agreement, texts: PoolsTexts) -> str:
    values = {
        "items": str(agreement.items),
        "shared": str(agreement.shared),
        "raw": f"{100 * agreement.raw:.0f} %",
        "alpha": _number(agreement.alpha, texts),
        "ac2": _number(agreement.ac2, texts),
    }
    shown = (
        f"<div><b>{escaped(value)}</b>{escaped(texts.figures[name])}</div>"
        for name, value in values.items()
    )
    return f'<div class="figures">{"".join(shown)}</div>'


def _balance(balance: Sequence[tuple[str, tuple[int, ...]]], texts: PoolsTexts) -> str:
    """A row an annotator: how often each grade, and the shares as a bar."""
    head = "".join(f'<th class="number">{grade}</th>' for grade in GRADES)
    rows = []
    for who, counts in balance:
        numbers = "".join(f'<td class="number">{count}</td>' for count in counts)
        total = max(sum(counts), 1)
        parts = "".join(
            f'<i class="grade-{grade}" style="width: {100 * count / total:.1f}%" '
            f'title="{grade}: {count}"></i>'
            for grade, count in zip(GRADES, counts, strict=True)
        )
        rows.append(
            f"<tr><td>{escaped(who)}</td>{numbers}"
            f'<td style="width: 40%"><div class="bar">{parts}</div></td></tr>'
        )
    return (
        f"<h4>{escaped(texts.balance)}</h4><table><thead><tr><th>{escaped(texts.annotator)}</th>"
        f"{head}<th></th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _pair(pair: PairAgreement, texts: PoolsTexts) -> str:
    told = texts.pair_figures.format(
        items=pair.items,
        raw=f"{100 * pair.raw:.0f} %",
        linear=_number(pair.linear_kappa, texts),
        quadratic=_number(pair.quadratic_kappa, texts),
    )
    head = "".join(f"<th>{grade}</th>" for grade in GRADES)
    rows = []
    for grade, row in zip(GRADES, pair.confusion, strict=True):
        cells = "".join(
            f'<td class="same">{count}</td>' if grade == other else f"<td>{count}</td>"
            for other, count in zip(GRADES, row, strict=True)
        )
        rows.append(f"<tr><th>{grade}</th>{cells}</tr>")
    names = texts.pair.format(first=pair.first, second=pair.second)
    return (
        f'<div class="pair"><div>{escaped(names)}</div>'
        f'<div class="quiet">{escaped(told)}</div>'
        f"<table><thead><tr><th>{escaped(texts.confusion)}</th>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _disagreement(found: Disagreement, passages: Mapping[str, Passage], texts: PoolsTexts) -> str:
    item = found.item
    given = ", ".join(f"{who} {grade}" for who, grade in found.grades)
    judged = PoolItem(
        item.query, "", "", item.passage_id, item.document_id, text_hash=item.text_hash
    )
    state, passage = freshness(judged, passages), passages.get(item.passage_id)
    body = f"<p><b>{escaped(passage.title)}</b></p>" if passage and passage.title else ""
    body += f"<p>{escaped(passage.text)}</p>" if passage else ""
    if state is not Freshness.FRESH:
        body = f'<p class="note-line">{escaped(texts.states[state.value])}</p>' + body
    return (
        f"<details><summary>{escaped(item.query)} — {escaped(given)} "
        f'<span class="quiet">[{escaped(item.passage_id)}]</span></summary>{body}</details>'
    )


def _number(value: float | None, texts: PoolsTexts) -> str:
    return texts.undefined if value is None else f"{value:.3f}"
