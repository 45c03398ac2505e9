"""A SnapshotDiff -> plain text for the command line."""

from collections.abc import Sequence

from search.judging.significance import LEVEL, Comparison
from search.judging.snapshot_diff import DEPTH, Measured, Movement, QueryDiff, SnapshotDiff

LOUD = "!" * 3
_FINGERPRINT_CHARS = 12


def diff_as_text(diff: SnapshotDiff, queries: int = 5) -> str:
    """The whole report, with the movements of the `queries` most changed queries."""
    lines = [
        f"{diff.before.name} -> {diff.after.name}, stage {diff.stage}, "
        f"{len(diff.queries)} queries in both"
    ]
    if diff.left_out:
        lines.append(
            f"{LOUD} {diff.left_out} queries are left out: not in both with the same text."
        )
    if diff.by_document:
        lines.append(
            f"{LOUD} DIFFERENT INDEXES: another corpus or window length. Ranks and overlap are of "
            "documents, by their best passage; figures over different corpora are not comparable "
            "unless every judged document is in both."
        )
    lines += ["", *_changes(diff), "", *_overlap(diff)]
    if diff.measured:
        lines += ["", *_metrics(diff.measured)]
    changed = sorted((q for q in diff.queries if q.moved), key=_most_changed_first)
    for query in changed[:queries]:
        lines += ["", *_query(query)]
    return "\n".join(lines)


def table(rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Rows of cells -> lines with aligned columns; the first `left` columns stand left."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _changes(diff: SnapshotDiff) -> list[str]:
    if not diff.changes:
        return ["Settings, index and models are the same."]
    rows = [["what differs", "before", "after"]]
    rows += [[c.what, _short(c.before), _short(c.after)] for c in diff.changes]
    return table(rows, left=3)


def _short(value: object) -> str:
    text = "—" if value is None else str(value)
    is_hash = len(text) == 64 and set(text) <= set("0123456789abcdef")
    return f"{text[:_FINGERPRINT_CHARS]}…" if is_hash else text


def _overlap(diff: SnapshotDiff) -> list[str]:
    count = len(diff.queries)
    rbo = sum(query.rbo for query in diff.queries) / count
    jaccard = sum(query.jaccard for query in diff.queries) / count
    changed = sum(bool(query.moved) for query in diff.queries)
    return [
        f"RBO@{DEPTH} {rbo:.3f}, Jaccard@{DEPTH} {jaccard:.3f} on average; "
        f"the first {DEPTH} changed in {changed} of {count} queries."
    ]


def _metrics(measured: Measured) -> list[str]:
    names = list(measured.comparisons)
    head = ["x100", "before", "after", "change", f"{LEVEL:.0%} interval", "p", "p Holm", "+/=/-"]
    rows = [head, *(_metric(n, measured.comparisons[n], measured.adjusted[n]) for n in names)]
    queries = measured.comparisons[names[0]].queries
    before, after = measured.judged
    return [
        f"{queries} judged queries (paired randomization test, bootstrap over queries):",
        *table(rows),
        f"Judged@10: {100 * before:.1f} before, {100 * after:.1f} after. "
        "What nobody judged counts as not relevant.",
    ]


def _metric(name: str, comparison: Comparison, adjusted: float) -> list[str]:
    low, high = comparison.interval.low, comparison.interval.high
    return [
        name,
        f"{100 * comparison.before:.1f}",
        f"{100 * comparison.after:.1f}",
        f"{100 * comparison.difference:+.1f}",
        f"[{100 * low:+.1f}, {100 * high:+.1f}]",
        _p(comparison.p),
        _p(adjusted),
        f"{comparison.wins}/{comparison.ties}/{comparison.losses}",
    ]


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 0.0001 else f"{value:.0e}"


def _most_changed_first(query: QueryDiff) -> tuple[float, float]:
    return (-abs(query.gain or 0.0), query.rbo)


def _query(query: QueryDiff) -> list[str]:
    gain = "" if query.gain is None else f", nDCG@10 {100 * query.gain:+.1f}"
    moved = [
        [f"  {move.id}", _rank(move.before), "->", _rank(move.after), _kind(move)]
        for move in query.moved
    ]
    title = f"{query.query}  [{query.query_id}]  RBO {query.rbo:.3f}, Jaccard {query.jaccard:.3f}"
    return [title + gain, *table(moved)]


def _rank(rank: int | None) -> str:
    return str(rank) if rank else "—"


def _kind(move: Movement) -> str:
    if move.before is None:
        return "new"
    return "gone" if move.after is None else f"{move.before - move.after:+d}"
