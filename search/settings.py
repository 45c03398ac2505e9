"""Everything that can be set, in one frozen object read from the environment once."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

from index.passages import WINDOW_CHARS
from search.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """The product's settings; each field is overridden by the variable of its name in capitals."""

    index_dir: str = str(ROOT / "data" / "built" / "demo")
    """A folder, or milvus+http://HOST:19530/COLLECTION, see `index.milvus`."""
    corpus: str = str(ROOT / "data" / "demo")
    """What the app indexes on its first start, when `index_dir` holds nothing yet."""
    corpora_dir: str = str(ROOT / "data" / "corpora")
    """Where the corpora lie that people add on the page; see `search.corpora`."""
    encoder: str = str(ROOT / "data" / "models" / "encoder")
    reranker: str = str(ROOT / "data" / "models" / "reranker")
    device: str = ""
    """"cuda", "cpu", …; empty: a GPU when there is one."""
    lexical_candidates: int = 100
    dense_candidates: int = 100
    dense_weight: float = 0.5
    """Weight of the dense list in the fusion; the lexical list weighs 1."""
    rerank_depth: int = 50
    """How many fused candidates the cross-encoder reads at most."""
    rerank_gap: float = 6.0
    """It reads on while one of the last read came within this of the best score: `search.depth`."""
    rerank_seconds: float = 0.0
    """It reads no further candidates after this time; 0: there is no limit."""
    bm25_share: float = 4.0
    dense_share: float = 6.0
    """Reranked score = logit + bm25_share * BM25 / best BM25 + dense_share * cosine."""
    rerank_batch: int = 0
    """Pairs computed at once; 0: a few on a CPU, many on a GPU."""
    rerank_threads: int = 0
    """Cores of the CPU for the reranker; 0: all there are."""
    max_query_chars: int = 1000
    database_url: str = f"sqlite:///{ROOT / 'data' / 'judgments' / 'judgments.sqlite'}"
    """Where judgments are kept: SQLite, or postgresql+psycopg://… for several replicas."""
    snapshots_dir: str = str(ROOT / "data" / "judgments" / "snapshots")
    promotions: str = str(ROOT / "data" / "judgments" / "promotions.jsonl")
    """History of what `python -m search model promote` put into service; see `search.serving`."""
    compare_rerankers: str = ""
    """Further rerankers for the «Сравнение» tab: folders or hub names, separated by commas."""
    compare_indexes: str = ""
    """Further indexes for it: directories, separated by commas; see `search.rivals`."""
    window_chars: int = WINDOW_CHARS
    queue_size: int = 64
    """How many requests may wait for the models; the next are told that the server is busy."""
    queue_seconds: float = 15.0
    """Who would wait for longer than this is told so too."""
    shutdown_seconds: float = 20.0
    """How long a stopped app goes on to finish what it has begun."""
    log_format: str = "text"
    """"text", or "json": a JSON object a line."""
    log_queries: int = 0
    """1: what people search for is in the log."""
    access_file: str = ""
    """Users who sign in, and so what others may not do; see `python -m search access`."""
    searches_per_minute: int = 60
    """What one client may search where roles are asked for; 0: there is no limit."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the overrides; raises `SettingsError` naming variable, value and what fits."""
        values: dict[str, str | int | float] = {}
        for field in fields(cls):
            raw = environment.get(field.name.upper())
            if raw is None or (raw == "" and field.name != "device"):
                continue
            kind = _KINDS[field.type]
            try:
                values[field.name] = kind[0](raw)
            except ValueError as error:
                raise SettingsError(
                    f"{field.name.upper()}={raw!r}: expected {kind[1]}. Correct or unset it."
                ) from error
        settings = cls(**values)  # type: ignore[arg-type]
        for name, lowest in _LOWEST.items():
            if not lowest <= getattr(settings, name) < math.inf:
                raise SettingsError(
                    f"{name.upper()}={getattr(settings, name)}: must be at least {lowest}."
                )
        return settings

    def as_dict(self) -> dict[str, str | int | float]:
        """Field -> value, to be shown: paths inside the repo relative to it, no password."""
        return {
            name: _PASSWORD.sub(r"\1:***@", value.replace(f"{ROOT}/", ""))
            if isinstance(value, str)
            else value
            for name, value in asdict(self).items()
        }


_PASSWORD = re.compile(r"(://[^:/@]*):[^@]*@")
_KINDS: dict[object, tuple[type[int | float | str], str]] = {
    int: (int, "a whole number"),
    float: (float, "a number"),
    str: (str, "text"),
}
_LOWEST = {
    "lexical_candidates": 1,
    "dense_candidates": 1,
    "dense_weight": 0,
    "rerank_depth": 0,
    "bm25_share": 0,
    "dense_share": 0,
    "rerank_gap": 0,
    "rerank_seconds": 0,
    "rerank_batch": 0,
    "rerank_threads": 0,
    "max_query_chars": 1,
    "window_chars": 200,
    "queue_size": 1,
    "queue_seconds": 0,
    "shutdown_seconds": 0,
    "log_queries": 0,
    "searches_per_minute": 0,
}
