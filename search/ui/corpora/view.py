"""The list of corpora -> HTML."""

from collections.abc import Sequence

from search.corpora import Corpus
from search.ui.cards import message_html
from search.ui.corpora.texts import CorporaTexts
from search.ui.escaping import escaped

NUMBERS = ("documents", "passages")


def corpora_html(corpora: Sequence[Corpus], texts: CorporaTexts) -> str:
    """A table of them, styled as the pools' is; or that there are none."""
    if not corpora:
        return message_html(texts.none_yet)
    head = "".join(
        f'<th class="{"number" if column in NUMBERS else ""}">{escaped(title)}</th>'
        for column, title in texts.columns.items()
    )
    rows = "".join(
        f"<tr><td>{escaped(corpus.name)}</td>"
        f'<td class="number">{corpus.documents}</td><td class="number">{corpus.passages}</td>'
        f"<td>{corpus.created:%Y-%m-%d %H:%M}</td></tr>"
        for corpus in corpora
    )
    return (
        f'<div class="pools"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
