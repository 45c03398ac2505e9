"""Snapshots and measurements -> HTML of the quality tab, and the tab's CSS."""

from pathlib import Path

from search.judging.judged_queries import JUDGED_SET
from search.judging.measurement import Mean, QueryFigures, SnapshotMeasurement
from search.judging.snapshot_list import SnapshotLine, SnapshotList
from search.ui.quality.plots import Bar, stages_plot
from search.ui.quality.table import folded_html, line_html, points, table_html
from search.ui.quality.texts import QualityTexts

METRIC_NAMES = {
    "ndcg@10": "nDCG@10",
    "mrr@10": "MRR@10",
    "p@5": "P@5",
    "recall@10": "Recall@10",
    "recall@100": "Recall@100",
    "map": "MAP",
}
"""Metrics in the order of the columns; their names are the same in both languages."""
ENOUGH_JUDGED = 0.8
"""Below this Judged@10 the figures come with a warning."""
MAX_QUERIES = 300
"""Rows of the table by query."""
FINGERPRINT_CHARS = 12

CSS = """
.quality p { margin: 6px 0; line-height: 1.45; }
.quality .note { opacity: 0.75; font-size: 0.88em; }
.quality .warning { border-left: 4px solid #d97706; background: rgba(217, 119, 6, 0.12);
  padding: 8px 12px; border-radius: 4px; }
.quality .loud { border-left-color: #dc2626; background: rgba(220, 38, 38, 0.14);
  font-weight: 600; }
.quality .wide { overflow-x: auto; margin: 8px 0; }
.quality .wide table, .quality .wide tr { border: 0; }
.quality .wide table { border-collapse: collapse; font-size: 0.92em; width: auto; margin: 0; }
.quality .wide th, .quality .wide td { padding: 5px 12px; border: 0; vertical-align: top;
  border-bottom: 1px solid var(--border-color-primary); white-space: pre-line;
  color: var(--body-text-color); }
.quality .wide th { font-weight: 600; vertical-align: bottom; }
.quality .text { text-align: left; overflow-wrap: break-word; max-width: 420px; }
.quality .wide .figure { text-align: right; font-variant-numeric: tabular-nums; white-space: pre; }
.quality details { margin: 8px 0; }
.quality details details { margin: 4px 0 4px 16px; }
.quality summary { cursor: pointer; overflow-wrap: anywhere; }
.quality figure { margin: 14px 0; max-width: 760px; overflow-x: auto; }
.quality figcaption { font-size: 0.92em; margin-bottom: 6px; }
.quality svg { width: 100%; min-width: 480px; height: auto; display: block; }
.quality svg text { fill: var(--body-text-color); font-size: 12px; }
.quality svg .tick { text-anchor: middle; opacity: 0.75; }
.quality svg .end { text-anchor: end; }
.quality svg .grid { stroke: var(--border-color-primary); }
.quality svg .axis { stroke: var(--body-text-color); }
.quality svg .bar { fill: #4f86c6; }
.quality svg .whisker { stroke: var(--body-text-color); stroke-width: 1.5; fill: none; }
.quality svg .gain { fill: #3f9150; }
.quality svg .loss { fill: #d2504b; }
"""


def quality_html(*parts: str) -> str:
    """The frame that the CSS knows."""
    return f'<div class="quality">{"".join(parts)}</div>'


def snapshots_html(found: SnapshotList, texts: QualityTexts) -> str:
    """The snapshots as a table, newest first, and the broken ones with their error."""
    rows = [_snapshot_row(line, texts) for line in found.snapshots]
    head = list(texts.list_columns.values())
    parts = [table_html(head, rows, left=4) if rows else line_html(texts.no_snapshots)]
    parts += [
        line_html(f"{texts.broken}: {broken.name}. {broken.error}", "warning")
        for broken in found.broken
    ]
    return quality_html(*parts)


def measurement_html(measurement: SnapshotMeasurement, texts: QualityTexts) -> str:
    """Table and plot by stage, a warning for too few judgments, and the queries folded."""
    snapshot, queries = measurement.snapshot, measurement.queries
    counted = texts.measured.format(
        name=snapshot.name, judged=len(queries), queries=len(set(snapshot.queries.values()))
    )
    rows = [
        [
            stage_name(stage, texts),
            *(_mean(figures.means[name]) for name in METRIC_NAMES),
            points(figures.judged),
        ]
        for stage, figures in measurement.stages.items()
    ]
    head = [texts.measure_columns["stage"], *METRIC_NAMES.values(), "Judged@10"]
    means = {stage: of.means["ndcg@10"] for stage, of in measurement.stages.items()}
    bars = [
        Bar(stage_name(stage, texts), mean.value, mean.interval.low, mean.interval.high)
        for stage, mean in means.items()
    ]
    low = [
        f"{stage_name(stage, texts)} {points(of.judged)}"
        for stage, of in measurement.stages.items()
        if of.judged < ENOUGH_JUDGED
    ]
    warning = texts.low_judged.format(stages=", ".join(low))
    return quality_html(
        line_html(counted),
        line_html(warning, "warning") if low else "",
        table_html(head, rows),
        line_html(texts.figures_note, "note"),
        stages_plot(bars, texts.stages_plot),
        _per_query(queries, list(measurement.stages), texts),
    )


def stage_name(stage: str, texts: QualityTexts) -> str:
    """In the page's language; a stage of another version keeps its own name."""
    return texts.stages.get(stage, stage)


def _snapshot_row(line: SnapshotLine, texts: QualityTexts) -> list[str]:
    return [
        line.name,
        f"{line.created:%Y-%m-%d %H:%M}",
        texts.sets["judged"] if line.set == JUDGED_SET else line.set,
        f"{Path(line.reranker).name} {line.reranker_fingerprint[:FINGERPRINT_CHARS]}",
        str(line.queries),
        str(line.passages),
    ]


def _mean(mean: Mean) -> str:
    low, high = mean.interval.low, mean.interval.high
    return f"{points(mean.value)}\n[{points(low)}; {points(high)}]"


def _per_query(queries: tuple[QueryFigures, ...], stages: list[str], texts: QualityTexts) -> str:
    shown = queries[:MAX_QUERIES]
    columns = texts.per_query_columns
    head = [
        columns["query"],
        *(f"nDCG@10\n{stage_name(stage, texts)}" for stage in stages),
        columns["rank"].format(stage=stage_name(stages[-1], texts)),
        "Judged@10",
    ]
    rows = [
        [
            of.query,
            *(points(of.ndcg[stage]) for stage in stages),
            f"{of.reciprocal_rank:.2f}",
            points(of.judged),
        ]
        for of in shown
    ]
    cut = texts.worst_shown.format(shown=len(shown), queries=len(queries))
    return folded_html(
        texts.per_query.format(queries=len(queries)),
        table_html(head, rows) + (line_html(cut, "note") if len(shown) < len(queries) else ""),
    )
