"""Judgments -> the queries they are of, as a set a snapshot can be taken of."""

from collections.abc import Iterable

from search.judging.judgment import Judgment

JUDGED_SET = "judged-queries"
"""Name of the set in a snapshot."""


def judged_queries(judgments: Iterable[Judgment]) -> dict[str, str]:
    """Id -> text of every query judged, in the order of the judgments.

    The id is the first that a judgment names. Where none does, as in a spot check, or where the
    id is another query's too, the text is the id.
    """
    named: dict[str, str] = {}
    texts: dict[str, set[str]] = {}
    for judgment in judgments:
        if not named.get(judgment.query):
            named[judgment.query] = judgment.query_id
        texts.setdefault(judgment.query_id, set()).add(judgment.query)
    return {
        query_id if query_id and len(texts[query_id]) == 1 and query_id not in named else text: text
        for text, query_id in named.items()
    }
