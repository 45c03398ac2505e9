"""Grades given on the cards of a search: saved one by one, as they are clicked."""

import logging

import gradio as gr

from index.errors import RetrievalError
from search.judging.desk import Desk
from search.operations.record import note_outcome
from search.ui.cards import message_html
from search.ui.events import JUDGING, QUIET
from search.ui.judge.texts import JUDGE_TEXTS
from search.ui.sign_in import annotator_name
from search.ui.spot_grades import MARK, saved_html

logger = logging.getLogger(__name__)


def add_spot_check(
    desk: Desk, language: gr.Radio, signed: gr.BrowserState, hits: gr.HTML, saved: gr.HTML
) -> None:
    """Answer the grade buttons in `hits`, whose script holds `spot_grades.SCRIPT`, in `saved`."""

    def spot_check(
        event: gr.EventData,
        kept: dict[str, str],
        spoken: str,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
    ) -> str:
        """Save the grade clicked on a card; the answer tells the card's script what was saved."""
        texts = JUDGE_TEXTS[spoken]
        who = annotator_name(kept["name"], request, profile)
        if not who:
            return message_html(texts.spot_sign_in, "message error")
        try:
            sent = event._data
            saved = desk.judge_found(
                who, sent["query"], sent["passage"], int(sent["grade"]), sent["seen"]
            )
            return saved_html(saved, sent["title"], texts)
        except RetrievalError as error:
            note_outcome("refused")
            return message_html(texts.failed.format(why=error), "message error")
        except Exception:
            logger.exception("a spot check failed")
            note_outcome("failed")
            return message_html(texts.no_answer, "message error")

    graded = hits.click(
        spot_check, [signed, language], [saved], trigger_mode="multiple", **QUIET, **JUDGING
    )
    graded.then(None, [saved], None, js=MARK, **QUIET)
