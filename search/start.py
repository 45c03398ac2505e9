"""Settings -> an open engine; the first start indexes the corpus it finds."""

import logging
from pathlib import Path

from index.build import build_index
from index.corpus import read_corpus
from index.opening import is_remote
from index.store import is_older
from search.engine import Engine
from search.models import Models
from search.settings import Settings

DEFAULT_INDEX = Path(Settings().index_dir)

logger = logging.getLogger(__name__)


def open_engine(settings: Settings) -> Engine:
    """Open `settings.index_dir`, building it from `settings.corpus` when nothing is there yet.

    The default index is our own cache: one of an older format is built again, any other is told.
    An index on a cluster is opened only, see `index.milvus.push`.
    """
    models = Models.open(settings)
    if is_remote(settings.index_dir):
        return Engine.open(settings.index_dir, settings, models)
    directory = Path(settings.index_dir)
    missing = not (directory / "CURRENT").exists()
    if missing or (directory == DEFAULT_INDEX and is_older(directory)):
        logger.info("indexing %s into %s", settings.corpus, directory)
        documents = read_corpus(Path(settings.corpus))
        build_index(documents, directory, models.encoder, models.analyzer, settings.window_chars)
    return Engine.open(directory, settings, models)
