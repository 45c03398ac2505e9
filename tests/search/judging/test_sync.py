import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from search.errors import JudgingError
from search.judging.judgment import Judgment
from search.judging.store import JudgmentStore
from search.judging.sync import EXPORT, export_history, start_sync


@pytest.fixture
def judged(tmp_path: Path, judgment: Judgment) -> Iterator[JudgmentStore]:
    with JudgmentStore.open(f"sqlite:///{tmp_path / 'judgments.sqlite'}") as store:
        store.save(judgment)
        store.save(replace(judgment, grade=None, comment="не могу\nоценить"))
        store.undo("Мария")
        yield store


def test_an_export_holds_every_judgment_and_what_was_undone(
    tmp_path: Path, judged: JudgmentStore
) -> None:
    file = tmp_path / "new" / EXPORT
    assert export_history(judged, file) == 2
    lines = file.read_text(encoding="utf-8").splitlines()
    kept, undone = (json.loads(line) for line in lines)
    first, second = judged.history()
    for row, event in ((kept, first), (undone, second)):
        assert event.judgment.time is not None
        expected = {**asdict(event.judgment), "time": event.judgment.time.isoformat()}
        assert {key: row[key] for key in expected} == expected
    assert kept["undone_at"] is None
    assert second.undone_at is not None and undone["undone_at"] == second.undone_at.isoformat()
    assert "глубина Байкала" in lines[0]


def test_an_empty_history_is_an_empty_file(tmp_path: Path) -> None:
    with JudgmentStore.open(f"sqlite:///{tmp_path / 'judgments.sqlite'}") as store:
        assert export_history(store, tmp_path / EXPORT) == 0
    assert (tmp_path / EXPORT).read_bytes() == b""


def test_an_export_is_replaced_whole_and_only_for_news(
    tmp_path: Path, judged: JudgmentStore, judgment: Judgment
) -> None:
    file = tmp_path / "new" / EXPORT
    export_history(judged, file)
    first = file.stat()
    reader = file.open("rb")
    export_history(judged, file)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    judged.save(replace(judgment, passage_id="ladoga"))
    export_history(judged, file)
    with reader:  # a reader of the old file sees it whole
        assert len(reader.read().splitlines()) == 2
    assert len(file.read_bytes().splitlines()) == 3
    assert [path.name for path in file.parent.iterdir()] == [EXPORT]


def test_an_export_that_cannot_be_written_says_where(tmp_path: Path, judged: JudgmentStore) -> None:
    (tmp_path / "occupied").write_text("занято", encoding="utf-8")
    with pytest.raises(JudgingError, match="occupied/judgments.jsonl: the judgments can't be exp"):
        export_history(judged, tmp_path / "occupied" / EXPORT)
    (tmp_path / EXPORT).mkdir()
    with pytest.raises(JudgingError, match=r"can't be exported there \(Is a directory\)"):
        export_history(judged, tmp_path / EXPORT)


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
        "JUDGMENTS_REPO": "me/judgments",
        "HF_TOKEN": "hf_secret",
    }
    command = [sys.executable, "-c", PUSH, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100)


def test_a_hub_that_cannot_be_reached_is_one_line(tmp_path: Path, judged: JudgmentStore) -> None:
    done = push(tmp_path, "http://127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.startswith("JUDGMENTS_REPO='me/judgments': judgments can't be pushed there")


def test_the_history_is_pushed_once_while_nothing_is_new(
    tmp_path: Path, judged: JudgmentStore
) -> None:
    requests: list[tuple[str, bytes]] = []

    class Hub(BaseHTTPRequestHandler):
        """Answers the three requests of a push as the hub does."""

        def do_POST(self) -> None:
            requests.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            upload = {"path": EXPORT, "uploadMode": "regular", "shouldIgnore": False, "oid": None}
            address = f"http://{self.headers['Host']}/datasets/me/judgments"
            answer = {"url": address, "files": [upload], "commitUrl": address, "commitOid": "1"}
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = push(tmp_path, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert done.returncode == 0, done.stderr
    created = json.loads(requests[0][1])
    assert (requests[0][0], created["type"]) == ("/api/repos/create", "dataset")
    assert created["visibility"] == "private"
    commits = [body for path, body in requests if "/commit/" in path]
    assert len(commits) == 1  # at the start; neither the push after it nor the one at exit had news
    rows = [json.loads(line) for line in commits[0].splitlines()]
    files = [row["value"] for row in rows if row["key"] == "file"]
    assert [file["path"] for file in files] == [EXPORT]
    assert base64.b64decode(files[0]["content"]) == (tmp_path / "sync" / EXPORT).read_bytes()
    assert export_history(judged, tmp_path / "sync" / EXPORT) == 2
