"""The «Разметка» tab: sign in, choose a pool, judge one passage after another."""

import logging
import os
from typing import Any

import gradio as gr

from index.errors import RetrievalError
from search.engine import Engine
from search.judging.desk import Desk
from search.settings import ROOT
from search.ui.cards import message_html
from search.ui.judge.sheet import BACK, FOCUS, FORWARD, RELEASE, SCRIPT, SKIP, UNDO, work_html
from search.ui.judge.texts import JUDGE_TEXTS, JudgeTexts
from search.ui.labelled import Labelled
from search.ui.sign_in import annotator_name

logger = logging.getLogger(__name__)

GUIDELINES = ROOT / "data" / "guidelines"
JUDGING: dict[str, Any] = {"concurrency_id": "judging", "concurrency_limit": 20}
"""Events that only touch the database: they never wait for a model."""


def add_judge_tab(
    engine: Engine,
    desk: Desk,
    language: gr.Radio,
    signed: gr.BrowserState,
    tab: gr.Tab,
    page: gr.Blocks,
) -> Labelled:
    """Lay the tab out inside `tab`; `signed` holds {"name", "pool"} in the browser."""
    start = JUDGE_TEXTS[str(language.value)]
    with gr.Row(equal_height=True):
        name = gr.Textbox(
            label=start.name_label,
            placeholder=start.name_hint,
            max_lines=1,
            elem_id="annotator",
            scale=3,
        )
        enter = gr.Button(start.enter, variant="primary", scale=1, min_width=110, elem_id="enter")
        pool = gr.Dropdown([], label=start.pool_label, elem_id="pool", scale=4)
    if "OAUTH_CLIENT_ID" in os.environ:  # a Space with hf_oauth: true
        gr.LoginButton()
    with gr.Accordion(start.guidelines, open=False, elem_id="guidelines") as folded:
        guidelines = gr.Markdown(_guidelines(start))
    sheet = gr.HTML(message_html(start.sign_in_first), elem_id="sheet", js_on_load=SCRIPT)
    failure = gr.HTML(elem_id="failure")

    def resume(
        kept: dict[str, str],
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> tuple[Any, ...]:
        """A reload or a change of language goes on where the annotator was."""
        who = annotator_name(kept["name"], request, profile)
        shown = gr.update(value=who) if who else gr.skip()  # nothing typed meanwhile is lost
        return (shown, *_opened(engine, desk, who, kept["pool"], spoken))

    def sign_in(
        typed: str,
        kept: dict[str, str],
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> tuple[Any, ...]:
        who = annotator_name(typed, request, profile)
        kept = {**kept, "name": who}
        return (kept, *_opened(engine, desk, who, kept["pool"], spoken))

    def choose(
        chosen: str | None,
        kept: dict[str, str],
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> tuple[Any, ...]:
        who = annotator_name(kept["name"], request, profile)
        kept = {**kept, "pool": chosen or ""}
        return kept, _opened(engine, desk, who, kept["pool"], spoken)[1]

    def act(
        event: gr.EventData,
        chosen: str | None,
        kept: dict[str, str],
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> tuple[Any, str]:
        """A grade, an undo or a turn of the pages, as the sheet's script sends it.

        What can't be saved is told below the sheet, which stays as it is, comment and all.
        """
        texts = JUDGE_TEXTS[spoken]
        who = annotator_name(kept["name"], request, profile)
        if not who or not chosen:
            return gr.skip(), message_html(texts.sign_in_first, "message error")
        try:
            return _acted(engine, desk, who, chosen, event._data, texts), ""
        except RetrievalError as error:
            return gr.skip(), message_html(texts.failed.format(why=error), "message error")
        except Exception:
            logger.exception("judging failed")
            return gr.skip(), message_html(texts.no_answer, "message error")

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", **JUDGING}
    opened = [pool, sheet]
    enters = [name.submit, enter.click]
    entered = gr.on(enters, sign_in, [name, signed, language], [signed, *opened], **quiet)
    entered.then(None, None, None, js=FOCUS, **quiet)
    pool.input(choose, [pool, signed, language], [signed, sheet], **quiet)
    arrivals = [page.load, tab.select, language.change]
    gr.on(arrivals, resume, [signed, language], [name, *opened], **quiet)
    done = sheet.click(act, [pool, signed, language], [sheet, failure], **quiet)
    done.then(None, None, None, js=RELEASE, **quiet)
    return [
        (
            name,
            lambda spoken: gr.update(
                label=JUDGE_TEXTS[spoken].name_label, placeholder=JUDGE_TEXTS[spoken].name_hint
            ),
        ),
        (enter, lambda spoken: JUDGE_TEXTS[spoken].enter),
        (pool, lambda spoken: gr.update(label=JUDGE_TEXTS[spoken].pool_label)),
        (folded, lambda spoken: gr.update(label=JUDGE_TEXTS[spoken].guidelines)),
        (guidelines, lambda spoken: _guidelines(JUDGE_TEXTS[spoken])),
    ]


def _opened(
    engine: Engine, desk: Desk, who: str, pool: str, spoken: str
) -> tuple[dict[str, Any], str]:
    """The list of pools and the sheet to begin with."""
    texts = JUDGE_TEXTS[spoken]
    try:
        names = desk.store.pool_names()
        chosen = pool if pool in names else (names[0] if len(names) == 1 else None)
        listed = gr.update(choices=names, value=chosen)
        if not who:
            return listed, message_html(texts.sign_in_first)
        if chosen is None:
            return listed, message_html(texts.choose_pool if names else texts.no_pools)
        return listed, work_html(desk.next(who, chosen), engine, texts)
    except RetrievalError as error:
        return gr.update(), message_html(str(error), "message error")


def _acted(
    engine: Engine, desk: Desk, who: str, pool: str, sent: dict[str, Any], texts: JudgeTexts
) -> str:
    action, position = str(sent["action"]), int(sent["position"])
    if action in (BACK, FORWARD):
        turned = desk.at(who, pool, position + (1 if action == FORWARD else -1))
        return work_html(turned, engine, texts)
    if action == UNDO:
        work = desk.undo(who, pool)
        if work is None:
            return work_html(desk.at(who, pool, position), engine, texts, texts.nothing_to_undo)
        return work_html(work, engine, texts, texts.undone)
    grade = None if action == SKIP else int(action)
    saved = desk.judge(
        who, pool, sent["query"], sent["passage"], grade, sent["comment"], seen_hash=sent["seen"]
    )
    said = texts.saved_skip if saved.grade is None else texts.saved
    said = said.format(grade=saved.grade, query=saved.query)
    return work_html(desk.next(who, pool, position + 1), engine, texts, said)


def _guidelines(texts: JudgeTexts) -> str:
    """The file as it is now; an annotation project may edit it."""
    try:
        return (GUIDELINES / texts.guidelines_file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return f"{GUIDELINES / texts.guidelines_file}: {error}"
