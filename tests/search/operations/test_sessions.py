import asyncio
from types import SimpleNamespace

import gradio as gr
import pytest

from search.operations import sessions as sessions_module
from search.operations.sessions import Sessions, keep_sessions


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> gr.Blocks:
    async def build() -> gr.Blocks:
        with gr.Blocks(analytics_enabled=False) as page:
            gr.State(0)
            shown = [gr.Textbox("кит") for _ in range(9)]
            shown[0].change(str, shown[0], shown[1])
        return page.queue()

    page = asyncio.run(build())  # without a running loop Gradio opens several and closes none
    monkeypatch.setattr(page, "app", SimpleNamespace(), raising=False)
    return page


@pytest.fixture
def seen(page: gr.Blocks) -> int:
    """Id of the component that has a value in each session."""
    (state,) = (id for id, block in page.blocks.items() if isinstance(block, gr.State))
    return state


def test_a_call_without_a_session_leaves_none(page: gr.Blocks, seen: int) -> None:
    sessions = keep_sessions(page)
    # As Gradio does: who names no session has one with the name of the event.
    page._queue.event_ids_to_events["event"] = SimpleNamespace(_id="event")  # type: ignore[assignment]
    call = page.app.state_holder["event"]
    call[seen] = 7
    assert set(call.blocks_config.fns) == set(page.fns)
    assert len(sessions.session_data) == 0
    assert sessions["event"][seen] == 0


def test_a_session_keeps_its_values_and_no_copy_of_the_page(page: gr.Blocks, seen: int) -> None:
    sessions = Sessions(page)
    sessions["anna"][seen] = 3
    assert (sessions["anna"][seen], sessions["boris"][seen]) == (3, 0)
    assert page.state_holder is sessions
    assert [len(sessions[name].config_values) for name in ("anna", "boris")] == [1, 0]
    sessions["boris"]._update_value_in_config(seen, 4)  # as after each event
    assert sessions["boris"].config_values[seen]["props"]["value"] == 4


def test_of_too_many_sessions_those_used_last_are_kept(
    page: gr.Blocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_module, "MOST_SESSIONS", 2)
    sessions = Sessions(page)
    for name in ("first", "second", "first", "third"):
        assert sessions[name] is sessions.session_data[name]
    assert set(sessions.session_data) == set(sessions.time_last_used) == {"first", "third"}
