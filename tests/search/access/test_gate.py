"""The gate before a small app that tells who came in."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import gradio as gr
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from search.access.access import Access
from search.access.gate import Gate, signed_in
from search.access.roles import Role
from search.access.sessions import COOKIE
from search.access.users import UsersFile
from search.settings import Settings
from search.ui.events import MODELS

JOIN = "/gradio_api/queue/join"


async def mirror(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    told = {"name": signed_in(request), "body": (await request.body()).decode()}
    told["counted"] = request.headers.get("x-russian-search-counted", "")
    await JSONResponse(told)(scope, receive, send)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> UsersFile:
    file = UsersFile(tmp_path_factory.mktemp("users") / "users.json")
    file.add("анна", Role.ANNOTATOR, "тайна анны")
    return file


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    async def build() -> gr.Blocks:
        with gr.Blocks(analytics_enabled=False) as page:

            def search(query: str) -> str:
                return query

            def complete(query: str) -> str:
                return query

            gr.api(search, api_name="search", **MODELS)
            gr.api(complete, api_name="complete")
        return page

    return asyncio.run(build())


def client(
    file: UsersFile, page: gr.Blocks, searches: int = 2, scheme: str = "http", **environment: str
) -> httpx.AsyncClient:
    settings = Settings(access_file=str(file.path), searches_per_minute=searches)
    access = Access.of(settings, environment)
    assert access
    transport = httpx.ASGITransport(Gate(mirror, access, page))
    return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://app")


async def log_in(
    app: httpx.AsyncClient, password: str = "тайна анны", name: str = "анна"
) -> httpx.Response:
    return await app.post("/login", data={"username": name, "password": password})


def run(steps: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(steps())


def test_whoever_signs_in_is_known_until_they_sign_out(file: UsersFile, page: gr.Blocks) -> None:
    async def steps() -> None:
        async with client(file, page) as app:
            assert (await app.get("/config")).json()["name"] == ""
            answer = await log_in(app)
            assert answer.json() == {"success": True}
            (cookie,) = answer.headers.get_list("set-cookie")
            assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
            assert "Path=/" in cookie and "Max-Age=43200" in cookie
            assert (await app.get("/config")).json()["name"] == "анна"
            token = app.cookies[COOKIE]
            assert (await app.post("/logout")).status_code == 303
            assert COOKIE not in app.cookies
            kept = await app.get("/config", headers={"Cookie": f"{COOKIE}={token}"})
            assert kept.json()["name"] == ""  # the session is over, whoever kept its token

    run(steps)


def test_behind_https_the_cookie_is_sent_over_https_only(file: UsersFile, page: gr.Blocks) -> None:
    async def steps() -> None:
        async with client(file, page, scheme="https") as app:
            assert "; Secure" in (await log_in(app)).headers["set-cookie"]

    run(steps)


def test_a_new_sign_in_ends_the_session_before(file: UsersFile, page: gr.Blocks) -> None:
    async def steps() -> None:
        async with client(file, page) as app:
            await log_in(app)
            token = app.cookies[COOKIE]
            await log_in(app)
            assert app.cookies[COOKIE] != token
            answer = await app.get("/config", headers={"Cookie": f"{COOKIE}={token}"})
            assert answer.json()["name"] == ""

    run(steps)


def test_a_wrong_password_and_an_unknown_name_are_told_alike(
    file: UsersFile, page: gr.Blocks
) -> None:
    async def steps() -> None:
        async with client(file, page) as app:
            answers = [await log_in(app, "неверно"), await log_in(app, "неверно", "борис")]
            assert {answer.status_code for answer in answers} == {401}
            assert answers[0].json() == answers[1].json()
            assert "Имя или пароль не подходят. / Name and" in answers[0].json()["detail"]
            assert all("set-cookie" not in answer.headers for answer in answers)

    run(steps)


def test_a_name_is_closed_after_ten_wrong_passwords(file: UsersFile, page: gr.Blocks) -> None:
    async def steps() -> None:
        async with client(file, page) as app:
            codes = [(await log_in(app, "неверно")).status_code for _ in range(10)]
            assert codes == [401] * 10
            answer = await log_in(app)  # even the right one
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) > 0
            assert "Слишком часто. Подождите" in answer.json()["detail"]
            form = await app.post(
                "/login?in=en", data={"username": "анна"}, headers={"Accept": "text/html"}
            )
            assert form.status_code == 429 and "Too often. Wait" in form.text

    run(steps)


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),
        ({"Origin": "http://app"}, False),
        ({"Origin": "https://app"}, False),
        ({"Origin": "http://evil.example"}, True),
        ({"Origin": "http://app.evil.example"}, True),
        ({"Origin": "http://evil.example/app"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://evil.example", "X-Forwarded-Host": "evil.example"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://behind-a-proxy"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://app"}, True),
    ],
)
def test_other_sites_pages_send_nothing_here(
    file: UsersFile, page: gr.Blocks, headers: dict[str, str], foreign: bool
) -> None:
    async def steps() -> None:
        async with client(file, page) as app:
            for path in (JOIN, "/gradio_api/mcp/", "/gradio_api/cancel"):
                answer = await app.post(path, json={}, headers=headers)
                assert (answer.status_code == 403) is foreign
            sent = {"username": "анна", "password": "тайна анны"}
            answer = await app.post("/login", data=sent, headers=headers)
            assert (answer.status_code == 403) is foreign
            assert (await app.post("/logout", headers=headers)).status_code == 403 or not foreign
            assert (await app.get("/config", headers=headers)).status_code == 200

    run(steps)


def test_searches_are_counted_for_a_client_and_other_calls_are_not(
    file: UsersFile, page: gr.Blocks
) -> None:
    search, complete = page.fns
    calls = (
        (JOIN, {"fn_index": search, "data": ["кит"], "session_hash": "x"}),
        ("/gradio_api/call/search", {"data": ["кит"]}),
        ("/gradio_api/call/v2/search", {"query": "кит"}),
        ("/gradio_api/run/complete", {"fn_index": search, "data": ["кит"]}),
        ("/gradio_api/api/search/", {"data": ["кит"]}),
        ("/gradio_api/mcp/", {"method": "tools/call"}),
    )

    async def steps() -> None:
        for path, body in calls:
            async with client(file, page) as app:
                for _ in range(2):
                    answer = await app.post(path, json=body)
                    assert answer.status_code == 200
                    assert '"' in answer.json()["body"]  # the app reads the body, too
                refused = await app.post(path, json=body)
                assert refused.status_code == 429, path
                assert 0 < int(refused.headers["retry-after"]) <= 60
                assert "Wait" in refused.json()["detail"]
                other = {"fn_index": complete, "data": ["ки"], "session_hash": "x"}
                assert (await app.post(JOIN, json=other)).status_code == 200
                await log_in(app)  # a person has an account of searches of their own
                assert (await app.post(path, json=body)).status_code == 200

    run(steps)


def test_a_tools_call_is_counted_once_and_nobody_else_can_say_so(
    file: UsersFile, page: gr.Blocks
) -> None:
    async def steps() -> None:
        async with client(file, page, searches=1) as app:
            outer = await app.post("/gradio_api/mcp/", json={"method": "tools/call"})
            inner = {"X-Russian-Search-Counted": outer.json()["counted"]}
            call = {"data": ["кит"]}
            for _ in range(3):
                answer = await app.post("/gradio_api/call/search", json=call, headers=inner)
                assert answer.status_code == 200
            for guess in ("", "x", "é"):
                forged = {"X-Russian-Search-Counted": guess.encode("latin-1")}
                answer = await app.post("/gradio_api/call/search", json=call, headers=forged)
                assert answer.status_code == 429

    run(steps)


@pytest.mark.parametrize("body", ["", "[]", "{", '{"fn_index": "x"}', '{"fn_index": 99}', "null"])
def test_what_is_no_call_is_left_to_gradio(file: UsersFile, page: gr.Blocks, body: str) -> None:
    async def steps() -> None:
        async with client(file, page) as app:
            answer = await app.post(JOIN, content=body)
            assert (answer.status_code, answer.json()["body"]) == (200, body)

    run(steps)


def test_where_auth_is_set_nobody_gets_in_without_signing_in(
    file: UsersFile, page: gr.Blocks
) -> None:
    async def steps() -> None:
        async with client(file, page, AUTH="boris:x") as app:
            answer = await app.get("/")
            assert (answer.status_code, answer.headers["location"]) == (303, "login")
            for path in ("/config", "/gradio_api/info", "/gradio_api/mcp/schema"):
                assert (await app.get(path)).status_code == 401
            assert (await app.post("/gradio_api/call/search", json={})).status_code == 401
            assert "К поиску" not in (await app.get("/login")).text
            await log_in(app, "x", "boris")
            assert (await app.get("/")).json()["name"] == "boris"

    run(steps)


def test_an_account_of_the_hub_is_known_and_signs_out(file: UsersFile, page: gr.Blocks) -> None:
    access = Access.of(Settings(), {"OAUTH_CLIENT_ID": "x"})
    assert access
    session: dict[str, Any] = {"oauth_info": {"userinfo": {"preferred_username": "hubert"}}}

    def with_session(app: ASGIApp) -> ASGIApp:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "session": session}, receive, send)

        return wrapped

    async def steps() -> None:
        transport = httpx.ASGITransport(with_session(Gate(mirror, access, page)))
        async with httpx.AsyncClient(transport=transport, base_url="https://app") as app:
            assert (await app.get("/config")).json()["name"] == "hubert"
            await app.post("/logout")
            assert session == {}
            assert (await app.get("/config")).json()["name"] == ""
            assert (await app.get("/login/huggingface")).status_code == 200  # Gradio's

    run(steps)


def test_what_a_person_typed_into_the_form_is_shown_as_text(
    file: UsersFile, page: gr.Blocks
) -> None:
    async def steps() -> None:
        async with client(file, page) as app:
            sent = {"username": '"><script>alert(1)</script>', "password": "x"}
            answer = await app.post("/login", data=sent, headers={"Accept": "text/html"})
            assert answer.status_code == 401
            assert "<script" not in answer.text and "&lt;script&gt;" in answer.text
            assert answer.headers["cache-control"] == "no-store"

    run(steps)
