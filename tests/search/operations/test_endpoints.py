import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import gradio as gr
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from index.passage_file import PassageFile
from search.corpora import Corpora
from search.engine import Engine
from search.judging.judgment import Judgment
from search.judging.store import JudgmentStore
from search.models import Models
from search.operations import endpoints
from search.operations.endpoints import Endpoints
from search.operations.health import Health
from search.operations.metrics import Metrics
from search.operations.record import Record

Get = Callable[..., httpx.Response]
SECRET = "тайный вопрос"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JudgmentStore]:
    with JudgmentStore.open(f"sqlite:///{tmp_path}/judgments.sqlite") as store:
        yield store


@pytest.fixture
def corpora(small_engine: Engine, tmp_path: Path) -> Corpora:
    return Corpora(tmp_path / "corpora", small_engine)


@pytest.fixture
def health(corpora: Corpora, store: JudgmentStore) -> Health:
    return Health(corpora, store)


@pytest.fixture
def metrics(page: gr.Blocks, corpora: Corpora, store: JudgmentStore) -> Metrics:
    return Metrics(page, corpora, store)


@pytest.fixture
def get(health: Health, metrics: Metrics) -> Get:
    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        seen = dict(scope["headers"])[b"x-request-id"].decode()
        await PlainTextResponse(f"behind {seen}")(scope, receive, send)

    def ask(
        path: str,
        headers: Mapping[str, str] = {},  # noqa: B006
        environment: Mapping[str, str] = {},  # noqa: B006
        client: str = "127.0.0.1",
    ) -> httpx.Response:
        app = Endpoints(behind, health, metrics, environment)
        transport = httpx.ASGITransport(app, client=(client, 1))

        async def answered() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, base_url="http://app") as http:
                return await http.get(path, headers=headers)

        return asyncio.run(answered())

    return ask


def figures(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """By name and labels, as Prometheus reads them."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_process_that_lives_says_so(get: Get) -> None:
    assert (get("/healthz").status_code, get("/healthz").text) == (200, "ok\n")


def test_what_serves_is_told(get: Get, small_engine: Engine) -> None:
    answer = get("/readyz")
    manifest = small_engine.index.manifest
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "reasons": [],
        "created": manifest.created,
        "corpus": manifest.corpus_fingerprint,
        "passages": 5,
        "reranker": small_engine.models.reranker.fingerprint,
    }


def test_without_its_database_the_app_is_not_ready(get: Get, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "judgments.sqlite")) as connection:
        connection.execute("DROP TABLE judgments")
    answer = get("/readyz")
    assert answer.status_code == 503
    (reason,) = answer.json()["reasons"]
    assert reason.startswith("judgments: sqlite:///") and "no such table" in reason


def test_what_can_not_answer_is_named(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("the disk is gone\nand more")

    monkeypatch.setattr(PassageFile, "__getitem__", broken)
    monkeypatch.setattr(Models, "query_vector", broken)
    assert get("/readyz").status_code == 503
    reasons = get("/readyz").json()["reasons"]
    assert reasons == ["index: the disk is gone", "models: the disk is gone"]


def test_parts_that_keep_silent_are_not_waited_for(
    get: Get, health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken = threading.Event()
    monkeypatch.setattr(endpoints, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(health, "readiness", lambda: woken.wait(20))
    try:
        answer = get("/readyz")
    finally:
        woken.set()
    assert answer.status_code == 503
    told = "no answer from index, models and judgments within 0.05 s"
    assert answer.json() == {"ready": False, "reasons": [told]}


def test_figures_are_told_without_the_database(get: Get, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "judgments.sqlite")) as connection:
        connection.execute("DROP TABLE judgments")
    found = figures(get("/metrics").text)
    assert found["search_index_passages", frozenset()] == 5
    assert ("search_judgments", frozenset()) not in found


def test_before_its_end_the_app_is_not_ready(get: Get, health: Health) -> None:
    health.stopping = True
    assert get("/readyz").status_code == 503
    assert get("/readyz").json()["reasons"] == ["the process is about to end"]
    assert get("/healthz").status_code == 200


def test_an_id_goes_in_and_comes_back(get: Get) -> None:
    answer = get("/anything", {"X-Request-ID": "our-7"})
    assert (answer.text, answer.headers["x-request-id"]) == ("behind our-7", "our-7")
    other = get("/anything", {"X-Request-ID": "not one word"})
    assert other.text == f"behind {other.headers['x-request-id']}" != "behind not one word"
    assert get("/healthz", {"X-Request-ID": "our-8"}).headers["x-request-id"] == "our-8"


def test_the_figures_are_what_was_counted(
    get: Get, metrics: Metrics, store: JudgmentStore, small_engine: Engine
) -> None:
    seconds = {"bm25": 0.002, "queue": 0.5, "total": 0.75}
    for outcome in ("done", "done", "refused"):
        metrics.count(Record("search", "answer", "i", outcome, dict(seconds), SECRET))  # type: ignore[arg-type]
    metrics.count(Record("search", "answer", "i", "busy"))
    store.save(Judgment(SECRET, "p", "d", "h", "Мария", 3))
    text = get("/metrics").text
    found = figures(text)

    def value(name: str, **labels: str) -> float:
        return found[name, frozenset(labels.items())]

    assert value("search_requests_total", kind="search", outcome="done") == 2
    assert value("search_requests_total", kind="search", outcome="refused") == 1
    assert value("search_requests_total", kind="search", outcome="busy") == 1
    assert value("search_request_seconds_sum", kind="search") == 3 * 0.75
    assert value("search_request_seconds_bucket", kind="search", le="0.5") == 0
    assert value("search_request_seconds_bucket", kind="search", le="1.0") == 3
    assert value("search_stage_seconds_bucket", stage="bm25", le="0.001") == 0
    assert value("search_stage_seconds_bucket", stage="bm25", le="0.0025") == 3
    assert value("search_stage_seconds_count", stage="queue") == 3
    assert ("search_stage_seconds_count", frozenset({("stage", "total")})) not in found
    assert value("search_queue_waiting", queue="models") == 0
    assert value("search_index_passages") == 5
    assert value("search_judgments") == 1
    assert value("process_resident_memory_bytes") > 50_000_000
    assert f'reranker="{small_engine.models.reranker.fingerprint}"' in text
    assert small_engine.index.manifest.created in text
    assert SECRET not in text and "Мария" not in text


def test_a_reading_that_was_remembered_is_counted(get: Get, small_engine: Engine) -> None:
    def readings() -> tuple[float, float]:
        found = figures(get("/metrics").text)
        names = ("search_readings_made_total", "search_readings_remembered_total")
        made, remembered = (found[name, frozenset()] for name in names)
        return made, remembered

    made, remembered = readings()
    texts = ["Синий кит", "Чай"]
    small_engine.models.read("вопрос, которого никто ещё не задал", texts)
    assert readings() == (made + 2, remembered)
    small_engine.models.read("вопрос, которого никто ещё не задал", [*texts, "Хлеб"])
    assert readings() == (made + 3, remembered + 2)


@pytest.mark.parametrize(
    ("client", "headers", "environment", "status"),
    [
        ("127.0.0.1", {}, {}, 200),
        ("::1", {}, {}, 200),
        ("10.0.0.7", {}, {}, 403),
        ("testclient", {}, {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.7"}, {}, 403),
        ("127.0.0.1", {}, {"METRICS_TOKEN": "да"}, 403),
        ("127.0.0.1", {"Authorization": "Bearer no"}, {"METRICS_TOKEN": "yes"}, 403),
        ("10.0.0.7", {"Authorization": "Bearer yes"}, {"METRICS_TOKEN": "yes"}, 200),
    ],
)
def test_figures_are_for_the_operator(
    get: Get,
    client: str,
    headers: Mapping[str, str],
    environment: Mapping[str, str],
    status: int,
) -> None:
    assert get("/metrics", headers, environment, client).status_code == status


def test_an_answer_of_readiness_is_json(get: Get) -> None:
    answer = get("/readyz")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.text)["ready"] is True
