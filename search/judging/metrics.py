"""(run, qrels) -> every metric of every judged query."""

from dataclasses import dataclass

from search.errors import JudgingError
from search.evaluation import METRICS, Qrels, Run, first, query_values

MEASURES = METRICS | {"p@5": "P_5", "map": "map"}
"""Our names -> trec_eval's, as in `search.evaluation.METRICS`; nDCG has trec_eval's linear gain."""
JUDGED = "judged@10"
"""Share of the first 10 documents found that have any judgment, explicit zeros included."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """`values`: metric of `MEASURES` or `JUDGED` -> judged query -> value in [0, 1]."""

    values: dict[str, dict[str, float]]

    @property
    def queries(self) -> int:
        """How many judged queries the means are over."""
        return len(self.values[JUDGED])

    def means(self) -> dict[str, float]:
        """Metric -> mean over all judged queries."""
        return {name: sum(of.values()) / len(of) for name, of in self.values.items()}


def per_query(run: Run, qrels: Qrels) -> Measurement:
    """Measure a run by trec_eval's definitions.

    A query without a run, or without a relevant document, has 0; a document nobody judged counts
    as not relevant, so read the metrics beside `JUDGED`. Queries nobody judged are left out.
    Raises `JudgingError` when the qrels judge nothing.
    """
    judged = {query: grades for query, grades in qrels.items() if grades}
    if not judged:
        raise JudgingError("The qrels hold no judgment. Judge some results or give other qrels.")
    values = query_values(run, judged, MEASURES)
    values[JUDGED] = {
        query: _judged_share(run.get(query, {}), grades) for query, grades in judged.items()
    }
    return Measurement(values)


def _judged_share(found: dict[str, float], grades: dict[str, int]) -> float:
    """Over the documents found when they are fewer than 10: none of those is a hole."""
    top = first(10, found)
    return len(top.keys() & grades.keys()) / len(top) if top else 0.0
