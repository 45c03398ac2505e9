"""Every endpoint of the running app, tried as each role."""

import json
import re
import uuid
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError, AuthenticationError

from search.access.roles import Role
from search.judging.store import JudgmentStore
from tests.search.access.conftest import PASSWORDS, ROLES, SECRET_NAME, SECRET_POOL, Enter
from tests.search.access.tools import call_tool, tool_names

BY_ROLE = {
    Role.VISITOR: (
        "search explain compare compare_2 compare_3 load_example why_here moved_by explain_missing "
        "chosen offer_sources answer answer_longer arrive complete suggest say_stopped say_again "
        "speak greet"
    ).split(),
    Role.ANNOTATOR: "spot_check sign_in choose resume act next_task judge undo vote".split(),
}
"""Names of endpoints, less a number at the end; every other takes a lead."""
CALLED = ("queue/join", "call/{name}", "call/v2/{name}", "run/{name}", "api/{name}")
OPEN_ROUTES = set(
    """/ /config /config/ /manifest.json /pwa_icon /pwa_icon/{size} /theme.css /favicon.ico
    /robots.txt /static/{path} /assets/{path} /svelte/{path} /logout /login /login/
    /gradio_api/theme.css /gradio_api/info /gradio_api/info/ /gradio_api/openapi.json
    /gradio_api/app_id /gradio_api/app_id/ /gradio_api/user /gradio_api/user/
    /gradio_api/login_check /gradio_api/login_check/ /gradio_api/startup-events
    /gradio_api/queue/data /gradio_api/queue/status /gradio_api/queue/join
    /gradio_api/heartbeat/{session_hash} /gradio_api/cancel /gradio_api/reset /gradio_api/reset/
    /gradio_api/call/{api_name} /gradio_api/call/{api_name}/ /gradio_api/call/{api_name}/{event_id}
    /gradio_api/call/v2/{api_name} /gradio_api/call/v2/{api_name}/
    /gradio_api/call/v2/{api_name}/{event_id}
    /gradio_api/run/{api_name} /gradio_api/run/{api_name}/
    /gradio_api/api/{api_name} /gradio_api/api/{api_name}/""".split()
)
"""What a visitor may ask for; every other route takes a lead."""


def lowest_role(name: str) -> Role:
    for role, names in BY_ROLE.items():
        if name in names or (re.sub(r"_\d+$", "", name) in names and "compare" not in name):
            return role
    return Role.LEAD


@pytest.fixture(scope="module")
def endpoints(enter: Enter) -> list[dict[str, Any]]:
    """All functions of the page; a lead's page holds every one."""
    dependencies = enter("лена").get("/config").json()["dependencies"]
    return [each for each in dependencies if each["backend_fn"]]


def test_the_endpoints_are_all_of_them(endpoints: list[dict[str, Any]], enter: Enter) -> None:
    names = {each["api_name"] for each in endpoints}
    assert len(endpoints) > 70
    assert {name for listed in BY_ROLE.values() for name in listed} <= names
    paths = enter("лена").get("/gradio_api/openapi.json").json()["paths"]
    described = {path.rsplit("/", 1)[1] for path in paths if "/call/v2/" in path}
    assert {"search", "explain", "compare", "next_task", "judge", "undo"} <= described
    assert described - {"{event_id}"} <= names


@pytest.mark.parametrize("who", ROLES, ids=["visitor", "annotator", "lead"])
def test_each_endpoint_obeys_its_role_by_the_queue_and_by_call(
    endpoints: list[dict[str, Any]], enter: Enter, who: str
) -> None:
    client, wrong = enter(who), []
    for each in endpoints:
        name, data = each["api_name"], [None] * len(each["inputs"])
        lowest = lowest_role(name)
        for way in ("queue/join", "call/{name}"):
            refused = "role" in (told := called(client, way, each["id"], name, data))
            if refused is not (ROLES[who] < lowest):
                wrong.append((name, way, lowest, told[:200]))
    assert wrong == []


@pytest.mark.parametrize("way", CALLED)
def test_no_way_to_call_leads_around_the_roles(enter: Enter, way: str) -> None:
    endpoints = enter("лена").get("/config").json()["dependencies"]
    numbers = {each["api_name"]: each["id"] for each in endpoints}
    for who, name, data in (
        ("", "next_task", ["лена", SECRET_POOL]),
        ("", "refresh_corpora_5", [None, None, "Русский"]),
        ("анна", "refresh_lists", ["Русский"]),
        ("анна", "prepare_export", ["jsonl", "", "", False, "", "Русский"]),
    ):
        told = called(enter(who), way, numbers[name], name, data)
        assert SECRET_NAME not in told and SECRET_POOL not in told
        assert "event: complete" not in told and '"success":true' not in told


def test_a_call_of_another_function_than_its_name_says_is_refused(
    endpoints: list[dict[str, Any]], enter: Enter
) -> None:
    (export,) = [each for each in endpoints if each["api_name"] == "prepare_export"]
    sent = {"fn_index": export["id"], "data": ["jsonl", "", "", False, "", "Русский"]}
    for path in ("run/search", "api/search"):
        answer = enter("").post(f"/gradio_api/{path}", json={**sent, "session_hash": "x"})
        assert answer.status_code >= 400 and SECRET_NAME not in answer.text


def test_each_route_obeys_its_role(enter: Enter) -> None:
    """FastAPI's own description lists the routes, Gradio's too."""
    paths = enter("лена").get("/openapi.json").json()["paths"]
    assert {"/gradio_api/upload", "/gradio_api/file={path_or_url}", "/monitoring"} <= paths.keys()
    for template, methods in paths.items():
        if template in OPEN_ROUTES:
            continue
        path = re.sub(r"{\w+}", "x", template)
        for method in methods:
            for who, code in (("", 401), ("анна", 403)):
                answer = enter(who).request(method.upper(), path)
                assert (template, answer.status_code) == (template, code)
                if method != "head":
                    assert ("Нужен вход" in answer.text) is (who == "")
    assert enter("").get("/gradio_api/info", params={"all_endpoints": "1"}).status_code == 401


def test_unknown_routes_are_closed_and_tricks_with_paths_open_none(enter: Enter) -> None:
    for path in ("/x", "/gradio_api", "//gradio_api/upload", "/gradio_api/upload/", "/metrics/"):
        assert enter("").get(path).status_code == 401
    for path in ("/static/../gradio_api/upload", "/static/%2e%2e/%2e%2e/%2e%2e/app.py"):
        with httpx.Client(base_url=enter("").base_url) as client:
            assert client.get(httpx.URL(str(client.base_url) + path)).status_code >= 400


def test_a_visitor_finds_the_two_tools_and_no_other(app_url: str) -> None:
    assert tool_names(app_url) == ["search", "explain"]
    assert "Киты" in call_tool(app_url, "search", {"query": "чем питается кит", "top_k": 1})
    for name in ("judge", "next_task", "undo", "compare", "prepare_export"):
        assert "Unknown tool" in call_tool(app_url, name, {})


@pytest.mark.parametrize("who", ["", "анна"])
def test_a_page_holds_nothing_of_the_tabs_its_role_does_not_see(enter: Enter, who: str) -> None:
    client = enter(who)
    shown = client.get("/").text + client.get("/config").text
    for word in (SECRET_NAME, SECRET_POOL, "prepare_export", "delete_corpus"):
        assert word in enter("лена").get("/config").text
        assert word not in shown
    tabs = set(re.findall(r'"elem_id": ?"tab-(\w+)"', client.get("/config").text))
    assert tabs == {"search", "compare"} | ({"judge"} if who else set())


@pytest.mark.parametrize("who", ROLES)
def test_another_language_brings_nothing_of_those_tabs(enter: Enter, who: str) -> None:
    told = spoken(enter(who))
    assert (SECRET_POOL in told) is (who == "лена")
    assert "Question or words" in told


def spoken(client: httpx.Client) -> str:
    (speak,) = [
        each["id"]
        for each in client.get("/config").json()["dependencies"]
        if each["api_name"] == "speak"
    ]
    return called(client, "queue/join", speak, "speak", ["English"])


def test_annotators_judge_as_themselves_only(app_url: str, app_settings: dict[str, str]) -> None:
    client = Client(app_url, auth=("анна", PASSWORDS["анна"]), verbose=False)
    task = client.predict("Чужая", SECRET_POOL, api_name="/next_task")
    assert task["task"]["passage_id"] == "whale"
    data = ("Чужая", SECRET_POOL, "чем питается кит", "whale", 2)
    assert client.predict(*data, api_name="/judge")["id"]
    with JudgmentStore.open(app_settings["DATABASE_URL"]) as store:
        assert {each.annotator for each in store.current()} == {SECRET_NAME, "анна"}
    client.predict("Чужая", SECRET_POOL, api_name="/undo")


def test_a_visitors_program_searches_and_is_told_why_it_may_not_judge(app_url: str) -> None:
    client = Client(app_url, verbose=False)
    (hit,) = client.predict("чем питается кит", 1, api_name="/search")
    assert hit["title"] == "Киты"
    with pytest.raises(AppError, match="Нужен вход: .* / Sign in first"):
        client.predict("Чужая", SECRET_POOL, api_name="/next_task")
    with pytest.raises(AuthenticationError):
        Client(app_url, auth=("анна", "неверно"), verbose=False)


def called(client: httpx.Client, way: str, number: int, name: str, data: list[Any]) -> str:
    """All that a call brings, refusal or answer, as readable text."""
    session = uuid.uuid4().hex
    body: dict[str, Any] = {"data": data, "session_hash": session}
    if way == "queue/join":
        body["fn_index"] = number
    if way == "call/v2/{name}":
        body = {"annotator": "лена", "pool": SECRET_POOL}
    # Gradio fails at a name that is not public, and the server ends the connection.
    alone = {"Connection": "close"}
    answer = client.post(f"/gradio_api/{way.format(name=name)}", json=body, headers=alone)
    if answer.status_code != 200 or "event_id" not in answer.json():
        return answer.text
    if way == "queue/join":
        streamed = client.get("/gradio_api/queue/data", params={"session_hash": session}).text
    else:
        event = answer.json()["event_id"]
        streamed = client.get(f"/gradio_api/call/{name}/{event}").text
    return re.sub(r"\\u[0-9a-f]{4}", lambda found: json.loads(f'"{found.group()}"'), streamed)
