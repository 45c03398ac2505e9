"""Whether the app can serve: what an orchestrator or a load balancer asks."""

from dataclasses import dataclass

from search.corpora import Corpora
from search.errors import JudgingError
from search.judging.store import JudgmentStore


@dataclass(frozen=True, slots=True)
class Readiness:
    """Why requests can't be served, if they can't, and with what they would be."""

    reasons: tuple[str, ...]
    created: str
    """When the generation of the index was built."""
    corpus: str
    """SHA-256 of its passages."""
    passages: int
    reranker: str
    """SHA-256 of the weights."""

    @property
    def ready(self) -> bool:
        """Whether nothing stands against it."""
        return not self.reasons


class Health:
    """Asks the parts that a request needs; threads may share it."""

    def __init__(self, corpora: Corpora, store: JudgmentStore) -> None:
        self._corpora = corpora
        self._store = store
        self.stopping = False
        """Set when the process is about to end: it finishes what it has, and takes nothing new."""

    def readiness(self) -> Readiness:
        """Reads a passage, makes a vector, asks the database."""
        engine = self._corpora.home
        reasons = ["the process is about to end"] if self.stopping else []
        try:
            engine.index.passages[0]
        except Exception as error:  # a cluster's client, or a disk that is gone
            reasons.append(f"index: {_first_line(error)}")
        try:
            engine.models.query_vector("готово")
        except Exception as error:
            reasons.append(f"models: {_first_line(error)}")
        try:
            self._store.is_empty()
        except JudgingError as error:
            reasons.append(f"judgments: {_first_line(error)}")
        manifest = engine.index.manifest
        return Readiness(
            tuple(reasons),
            manifest.created,
            manifest.corpus_fingerprint,
            manifest.passages,
            engine.models.reranker_fingerprint,
        )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
