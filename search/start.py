"""Settings -> an open engine; the first start indexes the corpus it finds."""

import logging
from pathlib import Path

from index.build import build_index
from index.corpus import read_corpus
from search.engine import Engine
from search.models import Models
from search.settings import Settings

logger = logging.getLogger(__name__)


def open_engine(settings: Settings) -> Engine:
    """Open `settings.index_dir`, building it from `settings.corpus` when nothing is there yet."""
    directory = Path(settings.index_dir)
    models = Models.open(settings)
    if not (directory / "CURRENT").exists():
        logger.info("indexing %s into %s, once", settings.corpus, directory)
        documents = read_corpus(Path(settings.corpus))
        build_index(documents, directory, models.encoder, models.analyzer, settings.window_chars)
    return Engine.open(directory, settings, models)
