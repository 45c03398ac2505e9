import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from search.errors import JudgingError
from search.judging.history_file import export_history, read_history
from search.judging.judgment import Judgment
from search.judging.store import Event, JudgmentStore
from search.judging.sync import FILES, start_sync


@pytest.fixture
def judged(tmp_path: Path, judgment: Judgment) -> Iterator[JudgmentStore]:
    with opened(tmp_path) as store:
        store.save(judgment)
        store.save(replace(judgment, grade=None, comment="не могу\nоценить"))
        store.undo("Мария")
        yield store


def opened(folder: Path) -> JudgmentStore:
    return JudgmentStore.open(f"sqlite:///{folder / 'judgments.sqlite'}")


def without_ids(events: list[Event]) -> list[Event]:
    return [replace(event, judgment=replace(event.judgment, id=0)) for event in events]


class Hub:
    """A dataset repository that answers as the hub does; `files` is what it holds."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {".gitattributes": b""}
        self.requests: list[tuple[str, str, bytes]] = []
        self.refused = ""
        """Requests with this in their path are answered 403."""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hub.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def do_GET(self) -> None:
                hub.answer(self, b"")

            do_HEAD = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def paths(self, part: str) -> list[str]:
        return [path for _, path, _ in self.requests if part in path]

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        path = unquote(urlsplit(request.path).path)
        self.requests.append((request.command, path, body))
        address = f"{self.url}/datasets/me/judgments"
        status, answer = 200, json.dumps({"url": address}).encode()
        if self.refused and self.refused in path:
            status, answer = 403, b"{}"
        elif "/preupload/" in path:
            asked = [file["path"] for file in json.loads(body)["files"]]
            mode = {"uploadMode": "regular", "shouldIgnore": False, "oid": None}
            answer = json.dumps({"files": [{"path": name} | mode for name in asked]}).encode()
        elif "/commit/" in path:
            rows = [json.loads(line) for line in body.splitlines()]
            for file in (row["value"] for row in rows if row["key"] == "file"):
                self.files[file["path"]] = base64.b64decode(file["content"])
            answer = json.dumps({"commitUrl": address, "commitOid": "1"}).encode()
        elif "/tree/" in path:
            rows = [
                {"type": "file", "path": name, "size": len(content), "oid": "1"}
                for name, content in self.files.items()
            ]
            answer = json.dumps(rows).encode()
        elif "/resolve/" in path:
            answer = self.files[path.rpartition("/")[2]]
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(answer)))
        request.send_header("ETag", '"1"')
        request.send_header("X-Repo-Commit", "1" * 40)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(answer)

    def histories(self) -> dict[str, bytes]:
        """What processes pushed."""
        return {name: content for name, content in self.files.items() if fnmatch(name, FILES)}


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    with hub.server:
        threading.Thread(target=hub.server.serve_forever, daemon=True).start()
        yield hub
        hub.server.shutdown()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"JUDGMENTS_REPO": "мы/судим"},
        {"HF_TOKEN": "hf_1"},
        {"JUDGMENTS_REPO": "", "HF_TOKEN": ""},
    ],
)
def test_nothing_starts_without_both_variables(
    tmp_path: Path, judged: JudgmentStore, environment: dict[str, str]
) -> None:
    threads = threading.active_count()
    assert start_sync(judged, tmp_path / "sync", environment) is None
    assert threading.active_count() == threads
    assert not (tmp_path / "sync").exists()


def test_a_repo_that_cannot_be_is_refused_with_its_name(
    tmp_path: Path, judged: JudgmentStore
) -> None:
    environment = {"JUDGMENTS_REPO": "a/b/c", "HF_TOKEN": "hf_secret"}
    with pytest.raises(JudgingError, match="JUDGMENTS_REPO='a/b/c': .* Check the name") as caught:
        start_sync(judged, tmp_path / "sync", environment)
    assert "hf_secret" not in str(caught.value)


PUSH = """
import sys
from pathlib import Path
from search.errors import JudgingError
from search.judging.store import JudgmentStore
from search.judging.sync import start_sync

store = JudgmentStore.open(f"sqlite:///{sys.argv[1]}/judgments.sqlite")
try:
    scheduler = start_sync(store, Path(sys.argv[1]) / "sync")
except JudgingError as error:
    sys.exit(str(error))
scheduler.trigger().result()
"""


def push(folder: Path, endpoint: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "HF_ENDPOINT": endpoint,
        "HF_HUB_OFFLINE": "0",
        "HF_HOME": str(folder / "hf"),
        "JUDGMENTS_REPO": "me/judgments",
        "HF_TOKEN": "hf_secret",
    }
    command = [sys.executable, "-c", PUSH, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100)


def pushed(folder: Path, hub: Hub) -> None:
    done = push(folder, hub.url)
    assert done.returncode == 0, done.stderr


def test_a_hub_that_cannot_be_reached_is_one_line(tmp_path: Path, judged: JudgmentStore) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder in (tmp_path, empty):
        done = push(folder, "http://127.0.0.1:1")
        assert done.returncode == 1
        assert done.stderr.startswith("JUDGMENTS_REPO='me/judgments': judgments can't be kept the")


def test_the_history_is_pushed_once_while_nothing_is_new(
    tmp_path: Path, judged: JudgmentStore, hub: Hub
) -> None:
    pushed(tmp_path, hub)
    (created,) = (json.loads(body) for _, path, body in hub.requests if path == "/api/repos/create")
    assert created["type"] == "dataset"
    assert created["visibility"] == "private"
    # at the start; neither the push after it nor the one at exit had news
    assert len(hub.paths("/commit/")) == 1
    assert hub.paths("/tree/") == hub.paths("/resolve/") == []  # nothing is fetched
    ((name, content),) = hub.histories().items()
    assert content == (tmp_path / "sync" / name).read_bytes()
    assert export_history(judged, tmp_path / "sync" / name) == 2


def test_a_start_with_an_empty_database_restores_and_overwrites_nothing(
    tmp_path: Path, judged: JudgmentStore, judgment: Judgment, hub: Hub
) -> None:
    pushed(tmp_path, hub)
    before = hub.histories()
    again = tmp_path / "again"
    again.mkdir()
    pushed(again, hub)
    with opened(again) as store:
        assert without_ids(store.history()) == without_ids(judged.history())
        assert without_ids([Event(j, None) for j in store.current()]) == without_ids(
            [Event(j, None) for j in judged.current()]
        )
        store.save(replace(judgment, annotator="Пётр"))
    assert hub.histories().items() > before.items()
    assert len(hub.histories()) == 2

    judged.save(replace(judgment, annotator="Анна"))  # a replica that knows nothing of Пётр
    pushed(tmp_path, hub)
    pushed(again, hub)
    assert len(hub.histories()) == 4
    third = tmp_path / "third"
    third.mkdir()
    pushed(third, hub)
    with opened(third) as store:
        assert {j.annotator for j in store.current()} == {"Мария", "Пётр", "Анна"}
        assert len(store.history()) == 4
        newest = hub.histories().keys() - before.keys()
        (tmp_path / "last.jsonl").write_bytes(max((hub.files[name] for name in newest), key=len))
        assert read_history(tmp_path / "last.jsonl") == store.history()


def test_a_database_with_judgments_is_never_touched(
    tmp_path: Path, judged: JudgmentStore, judgment: Judgment, hub: Hub
) -> None:
    pushed(tmp_path, hub)
    other = tmp_path / "other"
    other.mkdir()
    with opened(other) as store:
        store.save(replace(judgment, annotator="Пётр"))
        store.undo("Пётр")
        before = store.history()
        pushed(other, hub)
        assert store.history() == before
    assert len(hub.histories()) == 2


def test_a_database_without_judgments_pushes_no_file(tmp_path: Path, hub: Hub) -> None:
    pushed(tmp_path, hub)
    assert hub.paths("/commit/") == []


@pytest.mark.parametrize("refused", ["/tree/", "/resolve/"])
def test_a_hub_that_refuses_to_answer_stops_the_start(
    tmp_path: Path, judged: JudgmentStore, hub: Hub, refused: str
) -> None:
    hub.files["judgments-20260501T120000Z-aaaaaaaa.jsonl"] = b"{}\n"
    hub.refused = refused
    folder = tmp_path / "empty"
    folder.mkdir()
    done = push(folder, hub.url)
    assert done.returncode == 1
    assert done.stderr.startswith("JUDGMENTS_REPO='me/judgments': judgments can't be kept there (")
    assert hub.paths("/commit/") == []


def test_a_file_that_is_no_history_stops_the_start(tmp_path: Path, hub: Hub) -> None:
    hub.files["judgments-20260501T120000Z-aaaaaaaa.jsonl"] = b"{}\n"
    done = push(tmp_path, hub.url)
    assert done.returncode == 1
    assert done.stderr.startswith("judgments-20260501T120000Z-aaaaaaaa.jsonl:1: no judgment of a")
    assert hub.paths("/commit/") == []
