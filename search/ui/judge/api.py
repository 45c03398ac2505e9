"""The judging endpoints for programs; what they save is what the page saves."""

from typing import Any

import gradio as gr

from index.errors import RetrievalError
from search.errors import JudgingError
from search.judging.desk import Desk, Work
from search.ui.api_values import with_checked_values
from search.ui.sign_in import annotator_name


def add_judge_api(desk: Desk, limits: dict[str, Any]) -> None:
    """Add /next_task, /judge and /undo to the Blocks around; errors reach the client as text."""

    def next_task(
        annotator: str, pool: str, request: gr.Request, profile: gr.OAuthProfile | None
    ) -> dict[str, Any]:
        """The next passage to judge in a pool; `task` is null when all is done."""
        try:
            return _as_json(desk.next(_named(annotator, request, profile), pool))
        except RetrievalError as error:
            raise gr.Error(str(error)) from error

    def judge(
        annotator: str,
        pool: str,
        query: str,
        passage_id: str,
        grade: int | None,
        request: gr.Request,
        profile: gr.OAuthProfile | None,
        comment: str = "",
        text_hash: str = "",
    ) -> dict[str, Any]:
        """Save a grade 0..3 (null: can't judge) of a passage; on the disk when it returns.

        `text_hash` is the one /next_task gave with the text that was judged.
        """
        try:
            who = _named(annotator, request, profile)
            saved = desk.judge(who, pool, query, passage_id, grade, comment, text_hash)
        except RetrievalError as error:
            raise gr.Error(str(error)) from error
        return {"id": saved.id, "time": saved.time and saved.time.isoformat()}

    def undo(
        annotator: str, pool: str, request: gr.Request, profile: gr.OAuthProfile | None
    ) -> dict[str, Any]:
        """Take back the annotator's latest judgment in a pool; returns that passage again."""
        try:
            work = desk.undo(_named(annotator, request, profile), pool)
        except RetrievalError as error:
            raise gr.Error(str(error)) from error
        if work is None:
            raise gr.Error("There is nothing to take back.")
        return _as_json(work)

    for function in (next_task, judge, undo):
        checked = with_checked_values(function)
        gr.api(checked, api_name=function.__name__, **limits)  # type: ignore[attr-defined]


def _named(annotator: str, request: gr.Request, profile: gr.OAuthProfile | None) -> str:
    who = annotator_name(annotator, request, profile)
    if not who:
        raise JudgingError("annotator is empty. Say whose judgments these are.")
    return who


def _as_json(work: Work) -> dict[str, Any]:
    count, sheet = work.progress, work.sheet
    task = sheet and {
        "query": sheet.task.query,
        "need": sheet.task.need,
        "passage_id": sheet.task.passage_id,
        "title": sheet.passage.title,
        "text": sheet.passage.text,
        "text_hash": sheet.shown_hash,
        "position": sheet.task.position,
    }
    return {"task": task, "done": count.done, "open": count.open, "total": count.total}
