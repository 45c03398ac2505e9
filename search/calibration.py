"""Reranked scores -> probabilities, learned from judgments; without judgments there are none.

Kept as `calibration.json` beside the weights, with a SHA-256 of its own, it holds for these
weights, this encoder and these shares only.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from search.errors import EvaluationError
from search.hits import Ranking
from search.promotion import weights_hash
from search.settings import Settings

FILE = "calibration.json"
RELEVANT = 2
"""Passages of this grade and above answer the query."""
ANSWER_PROBABILITY = 0.8
"""A first hit this likely to answer gives a short answer; how often it was right is kept as
`Calibration.answers_relevant`."""
NO_ANSWER_PROBABILITY = 0.1
"""With a first hit less likely than this the person is told that there may be no answer."""
FOLDS = 5
BINS = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """p = sigmoid(slope * score + intercept), and how well it did on queries it had not seen."""

    slope: float
    intercept: float
    bm25_share: float
    dense_share: float
    weights: str
    """SHA-256 of the reranker's weights."""
    encoder: str
    """Fingerprint of the encoder, whose cosine is a part of the score."""
    set: str
    queries: int
    pairs: int
    positives: int
    log_loss: float
    brier: float
    ece: float
    """Expected calibration error over ten equal bins (Naeini et al., AAAI 2015)."""
    first_hits: int
    """Queries whose first hit was judged."""
    answers: int
    """First hits of at least `ANSWER_PROBABILITY`."""
    answers_relevant: int

    def probability(self, score: float) -> float:
        """That a judge would say the passage answers."""
        return float(_sigmoid(np.array(self.slope * score + self.intercept)))

    @classmethod
    def read(cls, settings: Settings, encoder: str) -> Self | None:
        """The calibration of the settings' reranker; None when there is none that holds.

        `encoder` is the fingerprint of the encoder in use.

        Raises `EvaluationError` for a file that can't be read.
        """
        folder = Path(settings.reranker)
        file = folder / FILE
        if not file.is_file():
            return None
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            sha256 = content.pop("sha256")
            found = cls(**content)
            if sha256 != found.sha256:
                raise ValueError("it has changed since it was written: another SHA-256")
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise EvaluationError(
                f"{file}: can't be read ({error}). Remove it, then calibrate "
                "again: python -m search model calibrate SET"
            ) from error
        holds = (
            found.holds_for(settings)
            and found.encoder == encoder
            and found.weights == weights_hash(folder)
        )
        return found if holds else None

    def holds_for(self, settings: Settings) -> bool:
        """Whether scores are made with the shares it was learned with."""
        shares = (settings.bm25_share, settings.dense_share)
        return shares == (self.bm25_share, self.dense_share)

    @property
    def sha256(self) -> str:
        """Of all its fields."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()

    def write(self, folder: Path) -> Path:
        """Write calibration.json beside the weights, whole or not at all."""
        file, fresh = folder / FILE, folder / f"{FILE}.new"
        content = asdict(self) | {"sha256": self.sha256}
        try:
            fresh.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
            fresh.replace(file)
        except OSError as error:
            with suppress(OSError):
                fresh.unlink()
            raise EvaluationError(f"{file}: can't be written ({error.strerror}).") from error
        return file


@dataclass(frozen=True, slots=True)
class JudgedHit:
    """A reranked passage that was judged."""

    query_id: str
    rank: int
    score: float
    relevant: bool


def judged_hits(
    rankings: Mapping[str, Ranking], qrels: Mapping[str, Mapping[str, int]]
) -> list[JudgedHit]:
    """The reranked passages of the rankings (query id -> ranking) whose documents were judged.

    Of a document its best passage counts: a grade is given to the whole of it.
    """
    hits = []
    for query_id, ranking in rankings.items():
        grades = dict(qrels[query_id])
        for hit in ranking.hits:
            grade = grades.pop(hit.passage.document_id, None)
            if grade is not None and (stage := hit.stages.get("reranked")):
                hits.append(JudgedHit(query_id, stage.rank, stage.score, grade >= RELEVANT))
    return hits


def calibrate(
    hits: Sequence[JudgedHit], name: str, settings: Settings, encoder: str
) -> Calibration:
    """Fit on all `hits`; measure by five folds, a query's hits all in one of them.

    Raises `EvaluationError` when either kind is missing or there are fewer queries than folds.
    """
    scores = np.array([hit.score for hit in hits], np.float64)
    relevant = np.array([hit.relevant for hit in hits], bool)
    queries = sorted({hit.query_id for hit in hits})
    if len(queries) < FOLDS or relevant.all() or not relevant.any():
        raise EvaluationError(
            f"{name}: {len(queries)} judged queries, {int(relevant.sum())} of {len(hits)} passages "
            f"relevant (grade {RELEVANT} or more). Judge at least {FOLDS} queries, with relevant "
            "and other passages."
        )
    slope, intercept = fit_platt(scores, relevant)
    fold_of = {query: number % FOLDS for number, query in enumerate(queries)}
    folds = np.array([fold_of[hit.query_id] for hit in hits])
    unseen = np.empty(len(hits))
    for fold in range(FOLDS):
        out = folds == fold
        a, b = fit_platt(scores[~out], relevant[~out])
        unseen[out] = _sigmoid(a * scores[out] + b)
    first = np.array([hit.rank == 1 for hit in hits])
    answers = first & (unseen >= ANSWER_PROBABILITY)
    sure = np.clip(unseen, 1e-12, 1 - 1e-12)
    return Calibration(
        slope=slope,
        intercept=intercept,
        bm25_share=settings.bm25_share,
        dense_share=settings.dense_share,
        weights=weights_hash(Path(settings.reranker)),
        encoder=encoder,
        set=name,
        queries=len(queries),
        pairs=len(hits),
        positives=int(relevant.sum()),
        log_loss=float(-np.log(np.where(relevant, sure, 1 - sure)).mean()),
        brier=float(((unseen - relevant) ** 2).mean()),
        ece=expected_calibration_error(unseen, relevant),
        first_hits=int(first.sum()),
        answers=int(answers.sum()),
        answers_relevant=int(relevant[answers].sum()),
    )


def fit_platt(scores: Floats, relevant: NDArray[np.bool_]) -> tuple[float, float]:
    """(slope, intercept) of Platt's sigmoid, by Newton's method with a line search.

    Targets are Platt's, (n+ + 1) / (n+ + 2) and 1 / (n- + 2), which keep separable scores finite
    (Lin, Lin & Weng, "A note on Platt's probabilistic outputs", Machine Learning 2007).
    """
    positives, negatives = int(relevant.sum()), int((~relevant).sum())
    targets = np.where(relevant, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    rows = np.stack([scores, np.ones_like(scores)], axis=1)
    weights = np.array([0.0, np.log((positives + 1) / (negatives + 1))])

    def loss(weights: Floats) -> float:
        margins = rows @ weights
        return float((np.logaddexp(0.0, margins) - targets * margins).sum())

    for _ in range(100):
        probabilities = _sigmoid(rows @ weights)
        gradient = rows.T @ (probabilities - targets)
        if np.abs(gradient).max() < 1e-9:
            break
        curvature = (rows * (probabilities * (1 - probabilities))[:, None]).T @ rows
        step = np.linalg.solve(curvature + 1e-12 * np.eye(2), gradient)
        size, before = 1.0, loss(weights)
        while loss(weights - size * step) > before and size > 1e-10:
            size /= 2
        weights = weights - size * step
    return float(weights[0]), float(weights[1])


def expected_calibration_error(probabilities: Floats, relevant: NDArray[np.bool_]) -> float:
    """Mean distance between probability and share relevant, over equal bins weighed by size."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = [
        abs(probabilities[bins == b].mean() - relevant[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def _sigmoid(margins: Floats) -> Floats:
    probabilities: Floats = np.exp(-np.logaddexp(0.0, -margins))  # never overflows
    return probabilities
