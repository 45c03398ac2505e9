"""Figures -> inline SVG: bars with whiskers by stage, and sorted gains by query."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.ui.escaping import escaped
from search.ui.quality.table import points

WIDTH = 680
_LABELS = 92
"""Room left of the axis."""
_ROW = 34
_GAINS_HEIGHT = 180
_MARGIN = 14


@dataclass(frozen=True, slots=True)
class Bar:
    """A mean in [0, 1] with its interval."""

    label: str
    value: float
    low: float
    high: float


def stages_plot(bars: Sequence[Bar], title: str) -> str:
    """A horizontal bar for each, on an axis from 0 to 100, with whiskers over the interval."""
    bottom = _ROW * len(bars)
    parts = []
    for tick in range(0, 101, 20):
        x = _x(tick / 100)
        parts.append(f'<line class="grid" x1="{x}" y1="0" x2="{x}" y2="{bottom}"/>')
        parts.append(f'<text class="tick" x="{x}" y="{bottom + 16}">{tick}</text>')
    for row, bar in enumerate(bars):
        parts.append(_bar(bar, _ROW * row + _ROW // 2))
    return _svg(parts, bottom + 24, title)


def gains_plot(gains: Sequence[tuple[str, float]], title: str) -> str:
    """A bar for each (query, gain in [-1, 1]), the biggest gain first, up or down from zero."""
    ranked = sorted(gains, key=lambda gain: -gain[1])
    top = max([gain for _, gain in ranked] + [0.0])
    low = min([gain for _, gain in ranked] + [0.0])
    if top == low:
        top, low = 0.1, -0.1  # nothing changed: an axis without bars

    def y(gain: float) -> float:
        return round(_MARGIN + (top - gain) / (top - low) * _GAINS_HEIGHT, 1)

    step = (WIDTH - _LABELS) / max(1, len(ranked))
    parts = [
        f'<text class="end" x="{_LABELS - 8}" y="{y(gain)}" dy="0.35em">{points(gain, True)}</text>'
        for gain in sorted({top, 0.0, low})
        if gain == 0 or abs(y(gain) - y(0)) > 12  # else it would stand on the zero
    ]
    for place, (query, gain) in enumerate(ranked):
        kind, x = ("gain" if gain > 0 else "loss"), round(_LABELS + place * step, 2)
        parts.append(
            f'<rect class="{kind}" x="{x}" y="{min(y(gain), y(0))}" '
            f'width="{max(0.5, 0.85 * step):.2f}" height="{abs(y(gain) - y(0)):.1f}">'
            f"<title>{escaped(query)}: {points(gain, True)}</title></rect>"
        )
    parts.append(f'<line class="axis" x1="{_LABELS}" y1="{y(0)}" x2="{WIDTH}" y2="{y(0)}"/>')
    return _svg(parts, _GAINS_HEIGHT + 2 * _MARGIN, title)


def _bar(bar: Bar, y: int) -> str:
    low, high, end = _x(bar.low), _x(bar.high), _x(bar.value)
    said = f"{bar.label}: {points(bar.value)} [{points(bar.low)}; {points(bar.high)}]"
    whisker = f"M{low} {y - 5}V{y + 5}M{low} {y}H{high}M{high} {y - 5}V{y + 5}"
    value_at = min(max(high, end) + 8, WIDTH - 30)  # inside the picture at 100
    return (
        f"<g><title>{escaped(said)}</title>"
        f'<text class="end" x="{_LABELS - 8}" y="{y}" dy="0.35em">{escaped(bar.label)}</text>'
        f'<rect class="bar" x="{_LABELS}" y="{y - 9}" width="{end - _LABELS:.1f}" height="18"/>'
        f'<path class="whisker" d="{whisker}"/>'
        f'<text x="{value_at}" y="{y}" dy="0.35em">{points(bar.value)}</text></g>'
    )


def _x(value: float) -> float:
    """The room right of the axis holds the last value's text."""
    return round(_LABELS + value * (WIDTH - _LABELS - 44), 1)


def _svg(parts: Sequence[str], height: int, title: str) -> str:
    return (
        f'<figure><figcaption>{escaped(title)}</figcaption><svg role="img" '
        f'viewBox="0 0 {WIDTH} {height}"><title>{escaped(title)}</title>{"".join(parts)}</svg>'
        "</figure>"
    )
