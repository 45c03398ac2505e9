"""The real app over the demo corpus, for programs to talk to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app_process import app_process


@pytest.fixture(scope="session")
def app_url(demo_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = f"sqlite:///{tmp_path_factory.mktemp('judgments')}/judgments.sqlite"
    with app_process({"INDEX_DIR": str(demo_index), "DATABASE_URL": database}) as url:
        yield url
