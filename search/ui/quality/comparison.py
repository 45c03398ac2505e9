"""A comparison of two snapshots -> HTML: figures, gains, what differs, and what moved."""

from search.judging.metrics import MEASURES
from search.judging.significance import Comparison
from search.judging.snapshot_diff import Change, Measured, Movement, QueryDiff, SnapshotDiff
from search.judging.stage_diff import StageDiff
from search.ui.quality.plots import gains_plot
from search.ui.quality.table import folded_html, line_html, points, table_html
from search.ui.quality.texts import QualityTexts
from search.ui.quality.views import (
    ENOUGH_JUDGED,
    FINGERPRINT_CHARS,
    METRIC_NAMES,
    quality_html,
    stage_name,
)

MOST_CHANGED = 20
"""Queries whose movements are shown."""
_SMALLEST_P = 0.0001


def comparison_html(compared: StageDiff, texts: QualityTexts) -> str:
    """The whole comparison, warnings first."""
    diff = compared.diff
    title = texts.compared.format(
        before=diff.before.name,
        after=diff.after.name,
        before_stage=stage_name(compared.before, texts),
        after_stage=stage_name(compared.after, texts),
        queries=len(diff.queries),
    )
    return quality_html(
        line_html(title),
        line_html(texts.other_index, "warning loud") if diff.by_document else "",
        line_html(texts.left_out.format(count=diff.left_out), "warning") if diff.left_out else "",
        _figures(diff, texts),
        _overlap(diff, texts),
        _changes(diff.changes, texts),
        _most_changed(diff, texts),
    )


def p_value(p: float) -> str:
    """Four decimals, and never a zero."""
    return f"{p:.4f}" if p >= _SMALLEST_P else f"< {_SMALLEST_P:.4f}"


def _figures(diff: SnapshotDiff, texts: QualityTexts) -> str:
    if diff.measured is None:
        return line_html(texts.none_judged, "warning")
    measured = diff.measured
    rows = [_metric_row(name, measured) for name in METRIC_NAMES if name in MEASURES]
    judged = next(iter(measured.comparisons.values())).queries
    gains = [(query.query, query.gain) for query in diff.queries if query.gain is not None]
    return (
        table_html(list(texts.compare_columns.values()), rows)
        + line_html(texts.compare_note.format(judged=judged), "note")
        + _judged(measured, texts)
        + gains_plot(gains, texts.gains_plot)
    )


def _metric_row(name: str, measured: Measured) -> list[str]:
    of: Comparison = measured.comparisons[name]
    return [
        METRIC_NAMES[name],
        points(of.before),
        points(of.after),
        points(of.difference, sign=True),
        f"[{points(of.interval.low, sign=True)}; {points(of.interval.high, sign=True)}]",
        p_value(of.p),
        p_value(measured.adjusted[name]),
        f"{of.wins} / {of.ties} / {of.losses}",
    ]


def _judged(measured: Measured, texts: QualityTexts) -> str:
    before, after = measured.judged
    low = min(before, after) < ENOUGH_JUDGED
    text = texts.compare_low_judged if low else texts.compare_judged
    said = text.format(before=points(before), after=points(after))
    return line_html(said, "warning" if low else "note")


def _overlap(diff: SnapshotDiff, texts: QualityTexts) -> str:
    count = len(diff.queries)
    said = texts.overlap.format(
        rbo=f"{sum(query.rbo for query in diff.queries) / count:.3f}",
        jaccard=f"{sum(query.jaccard for query in diff.queries) / count:.3f}",
        changed=sum(bool(query.moved) for query in diff.queries),
        queries=count,
    )
    return line_html(said)


def _changes(changes: tuple[Change, ...], texts: QualityTexts) -> str:
    if not changes:
        return line_html(texts.nothing_differs)
    rows = [[_what(c.what, texts), _short(c.before), _short(c.after)] for c in changes]
    return table_html(list(texts.differs_columns.values()), rows, left=3)


def _what(what: str, texts: QualityTexts) -> str:
    """«index: corpus» in the page's language; the names of fields stay as they are."""
    kind, _, name = what.partition(": ")
    return texts.differs[kind].format(name=name) if kind in texts.differs else what


def _short(value: object) -> str:
    """A SHA-256 by its beginning."""
    text = "—" if value is None else str(value)
    is_hash = len(text) == 64 and set(text) <= set("0123456789abcdef")
    return f"{text[:FINGERPRINT_CHARS]}…" if is_hash else text


def _most_changed(diff: SnapshotDiff, texts: QualityTexts) -> str:
    changed = [query for query in diff.queries if query.moved]
    if not changed:
        return ""
    changed.sort(key=lambda query: (-abs(query.gain or 0.0), query.rbo))
    shown = changed[:MOST_CHANGED]
    kind = "document" if diff.by_document else "passage"
    return folded_html(
        texts.most_changed.format(shown=len(shown), changed=len(changed)),
        "".join(_query(query, kind, texts) for query in shown),
    )


def _query(query: QueryDiff, kind: str, texts: QualityTexts) -> str:
    said = texts.query_changed.format(
        query=query.query, rbo=f"{query.rbo:.3f}", jaccard=f"{query.jaccard:.3f}"
    )
    gain = "" if query.gain is None else f", nDCG@10 {points(query.gain, sign=True)}"
    head = [texts.movement_columns[kind], texts.movement_columns["movement"]]
    rows = [[move.id, _movement(move, texts)] for move in query.moved]
    return folded_html(said + gain, table_html(head, rows, left=2))


def _movement(move: Movement, texts: QualityTexts) -> str:
    kind = "new" if move.before is None else "gone" if move.after is None else "moved"
    return texts.movement[kind].format(before=move.before, after=move.after)
