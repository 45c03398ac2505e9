"""A BEIR set -> nDCG, MRR and recall of every stage, as trec_eval computes them."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytrec_eval
from tqdm import tqdm

from index.build import build_index
from index.corpus import jsonl_rows, read_corpus, text_lines
from search.engine import Engine
from search.errors import EvaluationError
from search.hits import STAGES, Hit, Ranking
from search.models import Models
from search.settings import Settings

Qrels = dict[str, dict[str, int]]
Run = dict[str, dict[str, float]]

METRICS = {
    "ndcg@10": "ndcg_cut_10",
    "mrr@10": "recip_rank",
    "recall@10": "recall_10",
    "recall@100": "recall_100",
}
"""Our names -> trec_eval's. nDCG has trec_eval's linear gain; MRR@10 is computed on the top 10."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Means over the judged queries: stage -> metric -> value in [0, 1]."""

    set: str
    queries: int
    passages: int
    stages: dict[str, dict[str, float]]
    settings: dict[str, str | int | float]


def read_queries(folder: Path) -> dict[str, str]:
    """{id: text} of queries.jsonl[.gz]."""
    queries: dict[str, str] = {}
    file = _file(folder, "queries.jsonl")
    for line, row in jsonl_rows(file):
        identity, text = row.get("_id"), row.get("text")
        if not isinstance(identity, str | int) or not isinstance(text, str) or not text.strip():
            raise EvaluationError(f"{file}:{line}: a query needs _id and text.")
        queries[str(identity)] = text
    return queries


def read_qrels(folder: Path) -> Qrels:
    """{query id: {document id: grade}} of qrels.tsv[.gz] or qrels/test.tsv, header line skipped."""
    file = _file(folder, "qrels.tsv", "qrels/test.tsv")
    qrels: Qrels = {}
    for number, line in text_lines(file):
        fields = line.rstrip("\r\n").split("\t")
        if (number == 1 and fields[-1] == "score") or not line.strip():
            continue
        try:
            query, document, grade = fields
            qrels.setdefault(query, {})[document] = int(grade)
        except ValueError as error:
            raise EvaluationError(
                f"{file}:{number}: expected query-id, corpus-id, score separated by TABs."
            ) from error
    return qrels


def evaluate(folder: Path, settings: Settings, corpus: Path | None = None) -> Evaluation:
    """Index the set's corpus, run all judged queries, measure every stage.

    A document's rank is its best passage's. Raises `EvaluationError` for a set that doesn't fit
    together, and the errors of reading and indexing.
    """
    queries, qrels = read_set(folder)
    with engine_over(corpus or folder, settings) as engine:
        runs: dict[str, Run] = {stage: {} for stage in STAGES}
        for query_id in tqdm(qrels, desc="searching", unit=" queries"):
            ranking = engine.rerank(engine.candidates(queries[query_id]))
            for stage in STAGES:
                runs[stage][query_id] = stage_run(ranking, stage)
    stages = {stage: measure(run, qrels) for stage, run in runs.items()}
    return Evaluation(
        folder.resolve().name,
        len(qrels),
        engine.index.manifest.passages,
        stages,
        settings.as_dict(),
    )


def read_set(folder: Path) -> tuple[dict[str, str], Qrels]:
    """Queries and judgments of a BEIR folder; raises `EvaluationError` when they don't fit."""
    queries, qrels = read_queries(folder), read_qrels(folder)
    missing = qrels.keys() - queries.keys()
    if missing or not qrels:
        what = f"judges the unknown query {min(missing)!r}" if missing else "judges no query"
        raise EvaluationError(f"{folder}: qrels.tsv {what}. Queries and judgments must fit.")
    return queries, qrels


@contextmanager
def engine_over(corpus: Path, settings: Settings) -> Iterator[Engine]:
    """An engine over an index that is made for the block only."""
    with tempfile.TemporaryDirectory() as directory:
        models = Models.open(settings)
        documents = read_corpus(corpus)
        build_index(
            documents, Path(directory), models.encoder, models.analyzer, settings.window_chars
        )
        yield Engine.open(directory, settings, models)


def stage_hits(ranking: Ranking, stage: str) -> list[Hit]:
    """The hits in the order of a stage.

    The reranked list goes on with the fused candidates below the reranker's depth.
    """
    if stage == "reranked":
        return list(ranking.hits)
    seen = (hit for hit in ranking.hits if stage in hit.stages)
    return sorted(seen, key=lambda hit: hit.stages[stage].rank)


def stage_run(ranking: Ranking, stage: str) -> dict[str, float]:
    """Document id -> score falling with its rank at a stage (1, 1/2, 1/3 …)."""
    return falling_scores(hit.passage.document_id for hit in stage_hits(ranking, stage))


def falling_scores(ids: Iterable[str]) -> dict[str, float]:
    """Ranked document ids -> scores 1, 1/2, 1/3 …; a repeated document keeps its best rank."""
    return {identity: 1 / rank for rank, identity in enumerate(dict.fromkeys(ids), 1)}


def measure(run: Run, qrels: Qrels) -> dict[str, float]:
    """Mean of each metric over all judged queries; a query with no hit counts as 0."""
    values = query_values(run, qrels)
    return {name: sum(of_query.values()) / len(qrels) for name, of_query in values.items()}


def query_values(
    run: Run, qrels: Qrels, metrics: Mapping[str, str] = METRICS
) -> dict[str, dict[str, float]]:
    """Metric -> judged query -> value; a query with no hit has 0. `metrics` as in `METRICS`."""
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, set(metrics.values()))
    top = {query: first(10, found) for query, found in run.items()}
    full, cut = evaluator.evaluate(run), evaluator.evaluate(top)
    return {
        name: {
            query: (cut if name == "mrr@10" else full).get(query, {}).get(trec_name, 0.0)
            for query in qrels
        }
        for name, trec_name in metrics.items()
    }


def first(k: int, found: Mapping[str, float]) -> dict[str, float]:
    """The best `k` documents in trec_eval's order: equal scores by falling id."""
    return dict(sorted(found.items(), key=lambda item: (item[1], item[0]), reverse=True)[:k])


def _file(folder: Path, *names: str) -> Path:
    for name in names:
        for file in (folder / name, folder / f"{name}.gz"):
            if file.is_file():
                return file
    raise EvaluationError(f"{folder}: no {' or '.join(names)} (plain or .gz) in this folder.")
