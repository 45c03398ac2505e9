"""The indexes that several benchmarks search, kept from run to run."""

from pathlib import Path

from index.build import build_index
from index.corpus import read_corpus
from index.errors import IndexMismatchError, IndexStoreError
from search.engine import Engine
from search.models import Models
from search.settings import ROOT, Settings
from tests.benchmarks.bench import SHARED, needed

DEMO = ROOT / "data" / "demo"
RUDOCS = SHARED / "eval" / "rudocs_faq"
"""A BEIR folder: 624 question headings, 19,930 sections of IT documentation."""
LAWS = SHARED / "eval" / "ru_laws"
"""Another: 941 titles of articles of law, 14,820 articles."""

AS_SET = Settings(device="cpu")
ALL_READ = Settings(device="cpu", rerank_gap=1000.0)
"""The reranker reads on to `rerank_depth` whatever it has read."""


def directory_of(corpus: Path) -> Path:
    """Where the index of a BEIR folder is kept."""
    return ROOT / "data" / "built" / "benchmarks" / corpus.name


def engine_over(corpus: Path, settings: Settings) -> Engine:
    """An engine with models of its own, so that nobody profits from another's cache.

    The index of the BEIR folder `corpus` is built when there is none that can be opened.
    """
    models = Models.open(settings)
    directory = directory_of(corpus)
    try:
        return Engine.open(directory, settings, models)
    except (IndexStoreError, IndexMismatchError):
        build_index(read_corpus(needed(corpus)), directory, models.encoder, models.analyzer)
        return Engine.open(directory, settings, models)
