"""Datasets by name: local folders stand in for the hub, which tests never reach."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from index.corpus import Document, read_corpus, read_hub_dataset
from index.errors import CorpusError
from search.settings import ROOT

ROWS = [
    {"id": "a", "title": "Кот", "text": "Кот спит.", "source": "сказки", "likes": 3},
    {"id": "b", "title": "", "text": "Ёлка растёт.", "source": "", "likes": 0},
]
DOCUMENTS = [Document("a", "Кот", "Кот спит.", "сказки"), Document("b", "", "Ёлка растёт.")]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that isn't among the corpora of a test."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "set").mkdir()
    return tmp_path / "set"


def write_lines(file: Path, rows: list[dict[str, object]]) -> None:
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")


def test_a_parquet_folder_is_read_by_the_columns_of_a_table(home: Path) -> None:
    parquet.write_table(pa.Table.from_pylist(ROWS), home / "train.parquet")
    assert list(read_hub_dataset(f"hf:{home}")) == DOCUMENTS
    assert list(read_corpus(Path(f"hf:{home}"))) == DOCUMENTS
    assert list(read_corpus(Path("hf:./set"))) == DOCUMENTS


def test_a_split_is_chosen_by_name(home: Path) -> None:
    write_lines(home / "train.jsonl", ROWS[:1])
    write_lines(home / "test.jsonl", ROWS[1:])
    assert list(read_hub_dataset(f"hf:{home}")) == DOCUMENTS[:1]
    assert list(read_hub_dataset(f"hf:{home}:test")) == DOCUMENTS[1:]
    with pytest.raises(CorpusError, match="hf:.*:dev: can't be read.*dev.*Check the name"):
        list(read_hub_dataset(f"hf:{home}:dev"))


def test_rows_without_an_id_are_named_by_their_number(home: Path) -> None:
    write_lines(home / "train.jsonl", [{"text": row["text"]} for row in ROWS])
    expected = [Document("1", "", "Кот спит."), Document("2", "", "Ёлка растёт.")]
    assert list(read_hub_dataset(f"hf:{home}")) == expected


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"id": "a", "text": "Снова."}, ":2: the id 'a' already stands on line 1"),
        ({"id": "b", "text": ""}, ":2: document 'b' has neither title nor text"),
        ({"text": "Без имени."}, ":2: no _id"),
    ],
)
def test_a_row_that_is_no_document_is_named(
    home: Path, row: dict[str, object], problem: str
) -> None:
    write_lines(home / "train.jsonl", [{"id": "a", "text": "Кот спит."}, row])
    with pytest.raises(CorpusError, match=problem):
        list(read_hub_dataset(f"hf:{home}"))


def test_code_beside_the_data_is_not_run(home: Path) -> None:
    write_lines(home / "train.jsonl", ROWS)
    (home / "set.py").write_text(f"open({str(home / 'ran')!r}, 'w')")
    with pytest.raises(CorpusError, match="scripts are no longer supported"):
        list(read_hub_dataset(f"hf:{home}"))
    assert not (home / "ran").exists()


def test_a_hub_that_cannot_be_reached_is_told() -> None:
    program = (
        "from index.corpus import read_hub_dataset; from index.errors import CorpusError\n"
        "try: list(read_hub_dataset('hf:nobody/nothing:test'))\n"
        "except CorpusError as error: print(error)"
    )
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True
    ).stdout
    assert told.startswith("hf:nobody/nothing:test: the hub can't be reached")
    assert "HF_HUB_OFFLINE" in told


@pytest.mark.parametrize("public", [True, False])
def test_a_name_that_anyone_may_give_is_read_without_the_token(public: bool) -> None:
    seen: set[str | None] = set()

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:  # noqa: N802
            seen.add(self.headers.get("Authorization"))
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.end_headers()

        do_GET = do_HEAD  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    program = (
        "from index.corpus import read_hub_dataset; from index.errors import CorpusError\n"
        f"try: list(read_hub_dataset('hf:owner/private', public={public}))\n"
        "except CorpusError as error: print(error)"
    )
    with HTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = os.environ | {
            "HF_HUB_OFFLINE": "0",
            "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
            "HF_TOKEN": "hf_secret",
        }
        told = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        ).stdout
        server.shutdown()
    assert "doesn't exist on the Hub" in told
    assert ("Bearer hf_secret" not in seen) == public


def test_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)  # what Python does for one not there
    with pytest.raises(CorpusError, match=r"pip install datasets==5\.2\.0"):
        next(read_hub_dataset("hf:owner/name"))
    pins = (ROOT / "requirements-training.txt").read_text()
    assert "datasets==5.2.0\n" in pins
