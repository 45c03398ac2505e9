"""The «Разметка» tab: sign in, choose a pool, judge one passage after another."""

import logging
from typing import Any

import gradio as gr

from index.errors import RetrievalError
from search.corpora import Corpora
from search.engine import Engine
from search.judging.desk import Desk, Work
from search.settings import ROOT
from search.ui.cards import message_html
from search.ui.events import JUDGING, QUIET
from search.ui.judge.sheet import BACK, FOCUS, FORWARD, RELEASE, SCRIPT, SKIP, UNDO, work_html
from search.ui.judge.texts import JUDGE_TEXTS, JudgeTexts
from search.ui.labelled import Labelled, relabel
from search.ui.sign_in import annotator_name

logger = logging.getLogger(__name__)

GUIDELINES = ROOT / "data" / "guidelines"
ANY_PLACE = -1
"""Instead of a position in the annotator's order: the next item that is open."""


def add_judge_tab(
    corpora: Corpora,
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
    with gr.Accordion(start.guidelines, open=False, elem_id="guidelines") as folded:
        guidelines = gr.Markdown(_guidelines(start))
    sheet = gr.HTML(message_html(start.sign_in_first), elem_id="sheet", js_on_load=SCRIPT)
    failure = gr.HTML(elem_id="failure")
    place = gr.State(ANY_PLACE)

    def resume(
        kept: dict[str, str],
        place: int,
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> tuple[Any, ...]:
        """A reload goes on with the next item; a change of tab or language with the same one."""
        who = annotator_name(kept["name"], request, profile)
        shown = gr.update(value=who) if who else gr.skip()  # nothing typed meanwhile is lost
        now, *opened = _opened(corpora.home, desk, {**kept, "name": who}, place, spoken)
        # Unchanged it is not written: a sign-in may be under way.
        return (shown, gr.skip() if now == kept else now, *opened)

    def sign_in(
        typed: str,
        kept: dict[str, str],
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> tuple[Any, ...]:
        who = annotator_name(typed, request, profile)
        return _opened(corpora.home, desk, {**kept, "name": who}, ANY_PLACE, spoken)

    def choose(
        chosen: str | None,
        kept: dict[str, str],
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> tuple[Any, ...]:
        who = annotator_name(kept["name"], request, profile)
        return _opened(corpora.home, desk, {"name": who, "pool": chosen or ""}, ANY_PLACE, spoken)

    def act(
        event: gr.EventData,
        kept: dict[str, str],
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> tuple[Any, Any, str]:
        """A grade, an undo or a turn of the pages, as the sheet's script sends it.

        What can't be saved is told below the sheet, which stays as it is, comment and all.
        """
        texts = JUDGE_TEXTS[spoken]
        who = annotator_name(kept["name"], request, profile)
        if not who:
            return gr.skip(), gr.skip(), message_html(texts.sign_in_first, "message error")
        try:
            work, said = _acted(desk, who, event._data, texts)
            return work_html(work, corpora.home, texts, said), _place(work), ""
        except RetrievalError as error:
            told = texts.failed.format(why=error)
        except Exception:
            logger.exception("judging failed")
            told = texts.no_answer
        return gr.skip(), gr.skip(), message_html(told, "message error")

    quiet = {**QUIET, **JUDGING}
    opened = [signed, pool, place, sheet]
    enters = [name.submit, enter.click]
    entered = gr.on(enters, sign_in, [name, signed, language], opened, **quiet)
    entered.then(None, None, None, js=FOCUS, **quiet)
    chosen = pool.input(choose, [pool, signed, language], opened, **quiet)
    chosen.then(None, None, None, js=FOCUS, **quiet)
    arrivals = [page.load, tab.select, language.change]
    gr.on(arrivals, resume, [signed, place, language], [name, *opened], **quiet)
    done = sheet.click(act, [signed, language], [sheet, place, failure], **quiet)
    done.then(None, None, None, js=RELEASE, **quiet)
    return [
        relabel(name, JUDGE_TEXTS, label="name_label", placeholder="name_hint"),
        relabel(enter, JUDGE_TEXTS, value="enter"),
        relabel(pool, JUDGE_TEXTS, label="pool_label"),
        relabel(folded, JUDGE_TEXTS, label="guidelines"),
        relabel(guidelines, JUDGE_TEXTS, value=_guidelines),
    ]


def _opened(
    engine: Engine, desk: Desk, kept: dict[str, str], place: int, spoken: str
) -> tuple[Any, ...]:
    """What to keep in the browser, the list of pools, the place and the sheet to begin with."""
    texts, who = JUDGE_TEXTS[spoken], kept["name"]
    try:
        names = desk.store.pool_names()
        kept = kept if kept["pool"] in names or len(names) != 1 else {**kept, "pool": names[0]}
        pool = kept["pool"] if kept["pool"] in names else None
        listed = gr.update(choices=names, value=pool)
        if not who:
            return kept, listed, ANY_PLACE, message_html(texts.sign_in_first)
        if pool is None:
            message = texts.choose_pool if names else texts.no_pools
            return kept, listed, ANY_PLACE, message_html(message)
        work = desk.next(who, pool) if place == ANY_PLACE else desk.at(who, pool, place)
        return kept, listed, _place(work), work_html(work, engine, texts)
    except RetrievalError as error:
        return kept, gr.update(), ANY_PLACE, message_html(str(error), "message error")


def _place(work: Work) -> int:
    return work.sheet.task.position if work.sheet else ANY_PLACE


def _acted(desk: Desk, who: str, sent: dict[str, Any], texts: JudgeTexts) -> tuple[Work, str]:
    """Where the annotator stands after an action, and what it did."""
    action, pool, position = str(sent["action"]), str(sent["pool"]), int(sent["position"])
    if action in (BACK, FORWARD):
        return desk.at(who, pool, position + (1 if action == FORWARD else -1)), ""
    if action == UNDO:
        if work := desk.undo(who, pool):
            return work, texts.undone
        return desk.at(who, pool, position), texts.nothing_to_undo
    grade = None if action == SKIP else int(action)
    saved = desk.judge(
        who, pool, sent["query"], sent["passage"], grade, sent["comment"], seen_hash=sent["seen"]
    )
    said = texts.saved_skip if saved.grade is None else texts.saved
    return desk.next(who, pool, position + 1), said.format(grade=saved.grade, query=saved.query)


def _guidelines(texts: JudgeTexts) -> str:
    """The file as it is now; an annotation project may edit it."""
    try:
        return (GUIDELINES / texts.guidelines_file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return f"{GUIDELINES / texts.guidelines_file}: {error}"
