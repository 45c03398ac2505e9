"""The real app as an operator meets it: figures, a full queue, a new index, the end."""

import json
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest

from search.settings import ROOT
from tests.app_process import RunningApp, running_app

WAIT = 60


@pytest.fixture
def app(demo_index: Path, tmp_path: Path) -> Iterator[RunningApp]:
    """An app of the test's own, whose queue holds one request."""
    shutil.copytree(demo_index, tmp_path / "index")
    settings = {
        "INDEX_DIR": str(tmp_path / "index"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/judgments.sqlite",
        "CORPORA_DIR": str(tmp_path / "corpora"),
        "QUEUE_SIZE": "1",
        "METRICS_TOKEN": "token",
    }
    with running_app(settings) as app:
        yield app


def ask(url: str, sent: dict[str, Any] | None = None, **headers: str) -> tuple[int, str]:
    data = json.dumps(sent).encode() if sent else None
    headers |= {"Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=WAIT) as r:
            return r.status, r.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def search(app: RunningApp, query: str) -> tuple[int, str]:
    """The status of what was taken, and the answer."""
    status, taken = ask(f"{app.url}/gradio_api/call/v2/search", {"query": query})
    if status != 200:
        return status, taken
    return ask(f"{app.url}/gradio_api/call/search/{json.loads(taken)['event_id']}")


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_idle_connection_is_not_closed_before_its_client_does(app: RunningApp) -> None:
    def outlives() -> bool:
        with closing(HTTPConnection(app.url.removeprefix("http://"))) as idle:
            try:
                for seconds in (0, 6):  # httpx, gradio_client's library, lets go after 5
                    time.sleep(seconds)
                    idle.request("GET", "/healthz")
                    assert idle.getresponse().read() == b"ok\n"
            except RemoteDisconnected:
                return False
        return True

    until(outlives)  # Gradio serves before it has started: those connections are closed after 5 s


def test_from_the_first_request_to_the_end(app: RunningApp, tmp_path: Path) -> None:
    # Too many at once: each is either answered or told when to come again.
    with ThreadPoolExecutor(12) as threads:
        asked = [threads.submit(search, app, f"какова глубина озера {n}") for n in range(12)]
        found = [each.result() for each in asked]
    served = [answer for status, answer in found if status == 200]
    busy = [answer for status, answer in found if status == 429]
    assert len(served) + len(busy) == 12 and served and busy
    assert all("event: complete" in answer for answer in served)
    assert all("The server is busy. Try again in" in answer for answer in busy)

    # A judgment, and the figures.
    judged = {"annotator": "Мария", "pool": "нет", "query": "q", "passage_id": "p", "grade": 1}
    assert ask(f"{app.url}/gradio_api/call/v2/judge", judged)[0] == 200
    assert ask(f"{app.url}/metrics")[0] == 403
    _, figures = ask(f"{app.url}/metrics", None, Authorization="Bearer token")
    assert f'search_requests_total{{kind="search",outcome="done"}} {len(served)}.0' in figures
    assert f'search_requests_total{{kind="search",outcome="busy"}} {len(busy)}.0' in figures
    assert f'search_stage_seconds_count{{stage="reranked"}} {len(served)}.0' in figures
    assert "озера" not in figures and "Мария" not in figures

    # A document comes into the index while the app runs.
    assert "синхрофазотрон" not in search(app, "синхрофазотрон")[1]
    before = json.loads(ask(f"{app.url}/readyz")[1])["passages"]
    new = {"_id": "new", "title": "Новое", "text": "Синхрофазотрон ускоряет протоны."}
    (tmp_path / "new.jsonl").write_text(json.dumps(new), encoding="utf-8")
    add = [sys.executable, "-m", "index", "add", str(tmp_path / "new.jsonl")]
    subprocess.run(
        [*add, "--to", str(tmp_path / "index")], cwd=ROOT, check=True, capture_output=True
    )
    until(lambda: json.loads(ask(f"{app.url}/readyz")[1])["passages"] == before + 1)
    _, answer = search(app, "синхрофазотрон")
    assert '"id": "new"' in answer

    # The end, while a request runs.
    with ThreadPoolExecutor(1) as threads:
        last = threads.submit(search, app, "почему оседает бисквит")
        time.sleep(0.05)
        app.process.send_signal(signal.SIGTERM)
        status, answer = last.result()
    assert (status, "event: complete" in answer) == (200, True) or status == 429
    assert app.process.wait(WAIT) == 0
