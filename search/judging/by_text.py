"""Queries known by their text: a snapshot and grades that fit whatever ids a set gave them."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from index.corpus import clean
from search.evaluation import Qrels, read_qrels, read_queries
from search.judging.judgment import Judgment
from search.judging.qrels import qrels_of
from search.judging.snapshots import Snapshot


def snapshot_by_text(snapshot: Snapshot) -> Snapshot:
    """The same lists with each query's text for its id."""
    texts = snapshot.queries
    stages = {
        stage: {texts[id]: ranked for id, ranked in lists.items()}
        for stage, lists in snapshot.stages.items()
    }
    return replace(snapshot, queries={text: text for text in texts.values()}, stages=stages)


def file_grades(folder: Path) -> Qrels:
    """Text of a query -> document id -> grade, of a BEIR folder; texts as a snapshot holds them.

    Raises `EvaluationError` for a folder without queries or qrels and for rows that are none.
    """
    texts = read_queries(folder)
    grades: Qrels = {}
    for query_id, graded in read_qrels(folder).items():
        if query_id in texts:
            grades.setdefault(clean(texts[query_id]), {}).update(graded)
    return grades


def has_grades(folder: Path) -> bool:
    """Whether a folder holds qrels at all, readable or not."""
    return any(folder.glob("qrels.tsv*")) or any(folder.glob("qrels/test.tsv*"))


def stored_grades(judgments: Iterable[Judgment]) -> Qrels:
    """Text of a query -> document id -> grade, of the store's judgments.

    Their ids are left out, so that one id in two pools is no clash.
    """
    return qrels_of(replace(judgment, query_id="") for judgment in judgments)


def merged_grades(below: Qrels, above: Qrels) -> Qrels:
    """Both; where both grade a document, `above` counts."""
    queries = [*below, *(query for query in above if query not in below)]
    return {query: below.get(query, {}) | above.get(query, {}) for query in queries}
