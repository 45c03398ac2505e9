import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from index.errors import ModelError
from search.__main__ import main
from search.engine import Engine
from search.promotion import promote, roll_back
from search.serving import serving_settings
from search.settings import Settings


@pytest.fixture
def promotions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The history that every command reads; nothing is promoted yet."""
    file = tmp_path / "promotions.jsonl"
    monkeypatch.setenv("PROMOTIONS", str(file))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/judgments.sqlite")
    monkeypatch.setenv("SNAPSHOTS_DIR", str(tmp_path / "snapshots"))
    monkeypatch.delenv("RERANKER", raising=False)
    return file


@pytest.fixture
def promoted(promotions: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    save_file({"weight": np.array([1.0])}, folder / "model.safetensors")
    promote(promotions, folder)
    return folder


def test_what_is_promoted_is_served_unless_one_is_named(promotions: Path, promoted: Path) -> None:
    environment = {"PROMOTIONS": str(promotions), "RERANK_DEPTH": "7"}
    settings = serving_settings(environment)
    assert (settings.reranker, settings.rerank_depth) == (str(promoted), 7)
    assert serving_settings(environment | {"RERANKER": ""}) == settings
    assert serving_settings(environment | {"RERANKER": "hub/name"}).reranker == "hub/name"
    named = serving_settings(environment | {"RERANKER": Settings().reranker})
    assert named.reranker == Settings().reranker
    assert Settings.from_environment(environment).reranker == Settings().reranker
    roll_back(promotions)
    assert serving_settings(environment) == Settings.from_environment(environment)


def test_what_is_gone_is_told_unless_one_is_named(promotions: Path, promoted: Path) -> None:
    shutil.rmtree(promoted)
    environment = {"PROMOTIONS": str(promotions)}
    with pytest.raises(ModelError, match="no model weights"):
        serving_settings(environment)
    assert serving_settings(environment | {"RERANKER": "hub/name"}).reranker == "hub/name"


@pytest.mark.parametrize(
    "command",
    [
        *("query кит", "query кит --index INDEX", "evaluate SET"),
        *("pool make пул SET", "snapshot save v1 SET", "snapshot save v1 SET --index INDEX"),
    ],
)
def test_a_command_that_opens_an_engine_serves_what_is_promoted(
    command: str,
    promoted: Path,
    small_set: Path,
    small_index: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("INDEX_DIR", str(small_index))
    places = {"SET": str(small_set), "INDEX": str(small_index)}
    arguments = [places.get(word, word) for word in command.split()]
    assert main(arguments) == 1
    assert f"The reranker '{promoted}'" in capsys.readouterr().err
    shutil.rmtree(promoted)
    assert main(arguments) == 1
    assert f"{promoted}: no model weights" in capsys.readouterr().err


def test_an_engine_opened_without_settings_serves_what_is_promoted(
    promoted: Path, small_index: Path
) -> None:
    with pytest.raises(ModelError, match=f"The reranker '{promoted}'"):
        Engine.open(small_index)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("judge agreement", "Agreement needs two annotators"),
        ("judge export --format csv --to OUT", "There is no judgment to export"),
        ("pool list", "No pools yet"),
        ("snapshot list", "No snapshots"),
        ("model list", "(in service)"),
        ("model rollback", "is out of service"),
    ],
)
def test_a_command_that_opens_none_does_without_what_is_promoted(
    command: str,
    said: str,
    promoted: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.rmtree(promoted)
    main([word.replace("OUT", str(tmp_path / "out.csv")) for word in command.split()])
    assert said in "".join(capsys.readouterr())


def test_the_app_shows_the_reranker_it_serves(
    promoted: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import app  # the page takes seconds to import

    def opened(settings: Settings) -> Engine:
        raise ModelError(f"asked for {settings.reranker}")

    monkeypatch.setattr(app, "open_engine", opened)
    monkeypatch.setattr(app, "start_sync", lambda *_: None)
    assert app.main() == 1
    told = capsys.readouterr().err
    assert f"'reranker': '{promoted}'" in told
    assert f"asked for {promoted}" in told
    shutil.rmtree(promoted)
    assert app.main() == 1
    assert "no model weights" in capsys.readouterr().err
