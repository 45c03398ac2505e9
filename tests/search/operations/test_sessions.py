import json
from collections.abc import Iterator

import gradio as gr
import httpx
import pytest
from gradio_client import Client

from search.operations import sessions as sessions_module
from search.operations.sessions import Sessions, keep_sessions

pytestmark = pytest.mark.filterwarnings("ignore")  # Gradio's own, of the libraries that it uses


@pytest.fixture(scope="module")
def page() -> Iterator[gr.Blocks]:
    with gr.Blocks(analytics_enabled=False) as page:
        shown = gr.Textbox("кит")
        seen = gr.State(0)

        def count(word: str, before: int) -> tuple[str, int]:
            return f"{word} {before + 1}", before + 1

        gr.Button().click(count, [shown, seen], [shown, seen], api_name="count")

        def turned(query: str) -> str:
            return query[::-1]

        gr.api(turned)
    page.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    yield page
    page.close()


@pytest.fixture
def sessions(page: gr.Blocks, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    monkeypatch.setattr(sessions_module, "MOST_SESSIONS", 2)
    return keep_sessions(page)


def asked(page: gr.Blocks, query: str) -> str:
    """By a program without a session."""
    url = f"{page.local_url}gradio_api/call"
    event = httpx.post(f"{url}/v2/turned", json={"query": query}).json()["event_id"]
    told = httpx.get(f"{url}/turned/{event}").text
    return str(json.loads(told.strip().rpartition("data: ")[2])[0])


def test_a_call_without_a_session_leaves_none(page: gr.Blocks, sessions: Sessions) -> None:
    assert [asked(page, word) for word in ("кит", "чай", "кот")] == ["тик", "йач", "ток"]
    assert len(sessions.session_data) == 0


def test_a_session_keeps_its_values_and_is_small(page: gr.Blocks, sessions: Sessions) -> None:
    anna, boris = (Client(page.local_url, verbose=False) for _ in range(2))
    assert [anna.predict("а", api_name="/count") for _ in range(2)] == ["а 1", "а 2"]
    assert boris.predict("б", api_name="/count") == "б 1"
    assert anna.predict("а", api_name="/count") == "а 3"
    kept = sessions.session_data
    assert set(kept) == {anna.session_hash, boris.session_hash}
    # What was shown anew, of all the page's components.
    assert all(len(session.config_values) <= 2 for session in kept.values())


def test_of_too_many_sessions_those_used_last_are_kept(page: gr.Blocks, sessions: Sessions) -> None:
    first, second, third = (Client(page.local_url, verbose=False) for _ in range(3))
    for client in (first, second, first, third):
        client.predict("а", api_name="/count")
    assert set(sessions.session_data) == {first.session_hash, third.session_hash}
    assert first.predict("а", api_name="/count") == "а 3"
    assert second.predict("а", api_name="/count") == "а 1"
