"""Pools, bad lines and exports -> HTML."""

from collections.abc import Iterable, Sequence

from search.judging.export_file import Exported
from search.judging.imports import BadLine
from search.judging.pool import Pool
from search.judging.pool_status import PoolStatus
from search.judging.query_table import QueryTable
from search.judging.stale import Freshness
from search.ui.cards import message_html
from search.ui.escaping import escaped
from search.ui.pools.texts import PoolsTexts

LISTED = 50
"""Bad lines shown at most."""

CSS = """
.pools { overflow-x: auto; }
.pools table, .pools tr { border: 0; }
.pools table { border-collapse: collapse; width: 100%; font-size: 0.94em; margin: 0; }
.pools th, .pools td { border: 0; border-bottom: 1px solid var(--border-color-primary);
  padding: 7px 10px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.pools th { color: var(--body-text-color-subdued); font-weight: 500; overflow-wrap: normal; }
.pools .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.pools .share { display: inline-block; width: 60px; height: 8px; margin-right: 8px;
  border-radius: 4px; overflow: hidden; background: var(--border-color-primary); }
.pools .share i { display: block; height: 100%; background: #3a7d44; }
.pools h4 { margin: 22px 0 8px; font-size: 1.02em; }
.pools .quiet { color: var(--body-text-color-subdued); font-size: 0.9em; }
.pools .figures { display: flex; flex-wrap: wrap; gap: 10px; }
.pools .figures div { flex: 1 1 130px; padding: 10px 14px; border-radius: 10px;
  border: 1px solid var(--border-color-primary); }
.pools .figures b { display: block; font-size: 1.35em; font-variant-numeric: tabular-nums; }
.pools .note-line { margin: 8px 0 0; padding-left: 10px; border-left: 3px solid #d8a028; }
.pools .bar { display: flex; width: 100%; min-width: 140px; height: 14px; border-radius: 4px;
  overflow: hidden; background: var(--border-color-primary); }
.pools .bar i { height: 100%; }
.pools .grade-0 { background: #b9534a; } .pools .grade-1 { background: #d8a028; }
.pools .grade-2 { background: #7fae6b; } .pools .grade-3 { background: #3a7d44; }
.pools .pairs { display: flex; flex-wrap: wrap; gap: 18px; }
.pools .pair { flex: 1 1 320px; }
.pools .pair table { width: auto; margin-top: 6px; }
.pools .pair td, .pools .pair th { text-align: right; min-width: 44px; }
.pools .pair .same { background: color-mix(in srgb, #3a7d44 22%, transparent); }
.pools details { border-bottom: 1px solid var(--border-color-primary); padding: 8px 0; }
.pools summary { cursor: pointer; overflow-wrap: anywhere; }
.pools details p { margin: 6px 0 6px 16px; white-space: pre-line; overflow-wrap: anywhere; }
.pools ul { margin: 4px 0 0; padding-left: 20px; overflow-wrap: anywhere; }
"""


def pools_html(statuses: Sequence[PoolStatus], texts: PoolsTexts) -> str:
    """The table of pools, newest first; or what to do when there are none."""
    if not statuses:
        return message_html(texts.no_pools)
    head = "".join(
        f"<th{_NUMBER if column in _NUMBERS else ''}>{escaped(title)}</th>"
        for column, title in texts.columns.items()
    )
    rows = "".join(_row(status, texts) for status in reversed(statuses))
    return (
        f'<div class="pools"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def made_html(pool: Pool, texts: PoolsTexts) -> str:
    """That a pool was made, and how big it is."""
    queries = len({item.query for item in pool.items})
    told = texts.made.format(
        name=pool.name, items=len(pool.items), queries=queries, overlap=pool.overlap
    )
    return message_html(told)


def query_table_html(table: QueryTable, texts: PoolsTexts) -> str:
    """How many queries an uploaded table holds, and which of its lines are none."""
    read = message_html(texts.table_read.format(queries=len(table.queries)))
    if not table.bad:
        return read
    return read + bad_lines_html(texts.table_bad, table.bad, texts)


def bad_lines_html(lead: str, bad: Sequence[BadLine], texts: PoolsTexts) -> str:
    """The first `LISTED` lines and why they are bad, below a `lead` that counts them all."""
    shown = [texts.bad_line.format(line=line.line, why=line.why) for line in bad[:LISTED]]
    if len(bad) > LISTED:
        shown.append(texts.more.format(count=len(bad) - LISTED))
    lead = escaped(lead.format(bad=len(bad)))
    return f'<div class="pools" role="status">{lead}{_list(shown)}</div>'


def exported_html(exported: Exported, texts: PoolsTexts) -> str:
    """What an export holds and what became of the texts that were judged."""
    told = [texts.exported.format(judgments=exported.judgments)]
    if exported.freshness is None:
        told.append(texts.freshness_unknown)
    else:
        states = ((state, exported.freshness[state]) for state in Freshness)
        told += [texts.freshness[state.value].format(count=count) for state, count in states]
    if not exported.pairs:
        return message_html(" · ".join(told))
    pairs = exported.pairs
    told.append(texts.pairs_made.format(pairs=pairs.pairs, positives=pairs.positives))
    kept = [f"{what}: {count}" for what, count in pairs.counts.most_common()]
    return (
        message_html(" · ".join(told)) + f'<div class="pools"><details><summary>'
        f"{escaped(texts.pairs_details)}</summary>{_list(kept)}</details></div>"
    )


_NUMBERS = ("items", "queries", "overlap", "depth")
_NUMBER = ' class="number"'


def _row(status: PoolStatus, texts: PoolsTexts) -> str:
    pool = status.pool
    created = f"{pool.created:%Y-%m-%d %H:%M}" if pool.created else "—"
    numbers = (status.items, status.queries, pool.overlap, pool.depth)
    left = ", ".join(f"{who} {progress.open}" for who, progress in status.annotators)
    return (
        f"<tr><td>{escaped(pool.name)}</td>"
        + "".join(f"<td{_NUMBER}>{number}</td>" for number in numbers)
        + f'<td style="white-space: nowrap">{created}</td>'
        f'<td style="white-space: nowrap">{_judged(status, texts)}</td>'
        f"<td>{escaped(left or texts.nobody)}</td></tr>"
    )


def _judged(status: PoolStatus, texts: PoolsTexts) -> str:
    """The share of what can be judged, and how much can't any more."""
    told = []
    if status.items:
        share = f"{100 * status.judged / status.items:.0f}"
        told.append(f'<span class="share"><i style="width: {share}%"></i></span>{share} %')
    if status.gone:
        gone = escaped(texts.gone.format(count=status.gone))
        told.append(f'<span class="quiet">{gone}</span>')
    return "<br>".join(told)


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escaped(line)}</li>" for line in lines) + "</ul>"
