"""Judgments -> qrels: several annotators' grades of a passage, several passages of a document."""

from collections.abc import Iterable
from statistics import median_low

from search.errors import JudgingError
from search.evaluation import Qrels
from search.judging.judgment import Grade, Judgment


def qrels_of(judgments: Iterable[Judgment]) -> Qrels:
    """Query id (its text where it has none) -> document id -> grade.

    A passage has the lower median of its annotators' grades, a document its best passage's. A
    query judged under several ids has its grades under each of them. Raises `JudgingError` for an
    id that names two queries.
    """
    judgments = list(judgments)
    ids = query_ids(judgments)
    documents = {judgment.passage_id: judgment.document_id for judgment in judgments}
    qrels: Qrels = {}
    for (query, passage_id), grade in passage_grades(judgments).items():
        for query_id in ids[query]:
            graded = qrels.setdefault(query_id, {})
            document_id = documents[passage_id]
            graded[document_id] = max(grade, graded.get(document_id, grade))
    return qrels


def passage_grades(judgments: Iterable[Judgment]) -> dict[tuple[str, str], Grade]:
    """(query's text, passage id) -> lower median of the annotators' grades, "can't judge" left out.

    Of an annotator's several judgments of a passage the last counts.
    """
    votes: dict[tuple[str, str], dict[str, Grade | None]] = {}
    for judgment in judgments:
        key = (judgment.query, judgment.passage_id)
        votes.setdefault(key, {})[judgment.annotator] = judgment.grade
    grades = {}
    for key, given in votes.items():
        known = [grade for grade in given.values() if grade is not None]
        if known:
            grades[key] = median_low(known)
    return grades


def query_ids(judgments: Iterable[Judgment]) -> dict[str, tuple[str, ...]]:
    """Query's text -> its ids, or the text itself where no judgment names one.

    Raises `JudgingError` for an id that names two queries.
    """
    ids: dict[str, dict[str, None]] = {}
    for judgment in judgments:
        found = ids.setdefault(judgment.query, {})
        if judgment.query_id:
            found[judgment.query_id] = None
    named = {query: tuple(found) or (query,) for query, found in ids.items()}
    texts: dict[str, str] = {}
    for query, its_ids in named.items():
        for query_id in its_ids:
            if query_id in texts:
                raise JudgingError(
                    f"The query id {query_id!r} names two queries, {texts[query_id]!r} and "
                    f"{query!r}. Take the judgments of one pool at a time."
                )
            texts[query_id] = query
    return named
