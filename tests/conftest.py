"""What many tests share: the analyzer, the embedded models and an engine over the demo corpus."""

from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.build import build_index
from index.corpus import read_corpus
from index.encoder import Encoder
from search.engine import Engine
from search.settings import ROOT, Settings


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings()


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.fixture(scope="session")
def encoder(settings: Settings) -> Encoder:
    return Encoder.open(settings.encoder)


@pytest.fixture(scope="session")
def demo_index(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, analyzer: Analyzer
) -> Path:
    directory = tmp_path_factory.mktemp("demo-index")
    build_index(read_corpus(ROOT / "data" / "demo"), directory, encoder, analyzer, progress=False)
    return directory


@pytest.fixture(scope="session")
def engine(demo_index: Path, settings: Settings) -> Engine:
    return Engine.open(demo_index, settings)
