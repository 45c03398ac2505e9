import fcntl
import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from index.errors import ModelError
from search.__main__ import main
from search.promotion import history, in_service, promote, roll_back
from search.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "promotions.jsonl"


def model(folder: Path, value: float) -> Path:
    folder.mkdir()
    save_file({"weight": np.array([value])}, folder / "model.safetensors")
    return folder


def test_at_first_nothing_is_promoted(file: Path) -> None:
    assert in_service(file) is None
    with pytest.raises(ModelError, match="No reranker was promoted"):
        roll_back(file)
    assert history(file) == []


def test_promotions_pile_up_and_roll_back_one_by_one(file: Path, tmp_path: Path) -> None:
    first, second = model(tmp_path / "первая", 1.0), model(tmp_path / "вторая", 2.0)
    promoted = promote(file, first, "лучше на 2 пункта")
    weights = (first / "model.safetensors").read_bytes()
    digest = hashlib.sha256(hashlib.sha256(weights).digest()).hexdigest()
    assert (promoted.sha256, promoted.note) == (digest, "лучше на 2 пункта")
    assert in_service(file) == promoted
    promote(file, second)
    assert [Path(p.reranker).name for p in history(file)] == ["первая", "вторая"]
    assert roll_back(file).reranker == str(second)
    assert in_service(file) == promoted
    roll_back(file)
    assert in_service(file) is None
    promote(file, second)
    assert [Path(p.reranker).name for p in history(file)] == ["вторая"]
    assert len(file.read_text().splitlines()) == 5  # nothing that was done is forgotten


def test_weights_that_changed_or_went_are_not_served(file: Path, tmp_path: Path) -> None:
    folder = model(tmp_path / "model", 1.0)
    promote(file, folder)
    save_file({"weight": np.array([3.0])}, folder / "model.safetensors")
    with pytest.raises(ModelError, match="have changed since they were promoted"):
        in_service(file)
    shutil.rmtree(folder)
    with pytest.raises(ModelError, match="no model weights"):
        in_service(file)
    roll_back(file)
    assert in_service(file) is None


@pytest.mark.parametrize(
    "content", ["{\n", '{"a": 1}\n', '{"rollback": "2026"}\n', "\ud800\n", "\n"]
)
def test_a_broken_history_is_named(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(ModelError, match="can't be read as a history of promotions"):
        in_service(file)


def test_a_history_that_cant_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="can't be written"):
        promote(tmp_path / "file" / "promotions.jsonl", model(tmp_path / "model", 1.0))


@pytest.mark.parametrize("torn", ['{"rerank', '{"rollback": "2026"}', "заметка".encode()[:-1]])
def test_a_torn_last_line_never_happened(file: Path, tmp_path: Path, torn: str | bytes) -> None:
    first = promote(file, model(tmp_path / "первая", 1.0), "строка\u2028и ещё одна\nи ещё")
    with file.open("ab") as stream:
        stream.write(torn.encode() if isinstance(torn, str) else torn)
    assert in_service(file) == first
    second = promote(file, model(tmp_path / "вторая", 2.0))
    assert history(file) == [first, second]
    assert len(file.read_bytes().split(b"\n")) == 3
    with file.open("ab") as stream:
        stream.write(torn.encode() if isinstance(torn, str) else torn)
    assert roll_back(file) == second
    assert history(file) == [first]


def test_two_rollbacks_at_once_wait_for_each_other(file: Path, tmp_path: Path) -> None:
    promoted = promote(file, model(tmp_path / "model", 1.0))
    with ThreadPoolExecutor(2) as threads, file.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        calls = [threads.submit(roll_back, file) for _ in range(2)]
        assert not wait(calls, timeout=0.3).done
        assert history(file) == [promoted]  # reading waits for nobody
        fcntl.flock(other, fcntl.LOCK_UN)
        errors = [call.exception(timeout=10) for call in calls]
    (refused,) = (error for error in errors if error)
    assert "No reranker was promoted" in str(refused)
    assert history(file) == []


def test_the_command_refuses_what_cant_rerank_and_lists_what_is_in_service(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROMOTIONS", str(file))
    assert main(["model", "promote", str(model(tmp_path / "none", 1.0))]) == 1
    assert "reranker" in capsys.readouterr().err
    assert not file.exists()
    copy = shutil.copytree(Settings().reranker, tmp_path / "copy")
    assert main(["model", "promote", str(copy), "--note", "проба"]) == 0
    assert main(["model", "list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[-1].split()[1:] == [str(copy), "проба", "(in", "service)"]
    assert main(["model", "rollback"]) == 0
    assert main(["model", "rollback"]) == 1
    assert "the embedded one is in service" in capsys.readouterr().err
