"""Rows of plain text -> an HTML table; every cell is escaped here."""

from collections.abc import Iterable, Sequence

from search.ui.escaping import escaped


def table_html(head: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """A table whose first `left` columns are text, standing left; the others are figures.

    A line break in a cell is one on the page.
    """
    body = "".join(_row("td", row, left) for row in rows)
    return (
        f'<div class="wide"><table><thead>{_row("th", head, left)}</thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def folded_html(summary: str, html: str) -> str:
    """`html` behind a line of text that opens it."""
    return f"<details><summary>{escaped(summary)}</summary>{html}</details>"


def line_html(text: str, kind: str = "line") -> str:
    """A paragraph of text; `kind` is its class."""
    return f'<p class="{kind}">{escaped(text)}</p>'


def points(value: float, sign: bool = False) -> str:
    """A value in [-1, 1] as it is shown: ×100 with one decimal, and no minus before a zero."""
    rounded = round(100 * value, 1) + 0.0
    return f"{rounded:+.1f}" if sign and rounded else f"{rounded:.1f}"


def _row(tag: str, cells: Sequence[str], left: int) -> str:
    shown = (
        f'<{tag} class="{"text" if place < left else "figure"}">{escaped(cell)}</{tag}>'
        for place, cell in enumerate(cells)
    )
    return f"<tr>{''.join(shown)}</tr>"
