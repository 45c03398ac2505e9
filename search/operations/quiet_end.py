"""The end of the app: what was begun is finished, nothing new is begun."""

import logging
import signal
import threading
import time
from types import FrameType

import gradio as gr

from search.operations.health import Health

FETCH_SECONDS = 2.0
"""For the clients to read answers that are ready; some never do."""
_LOOK = 0.05
"""Seconds between two looks at whether all is done."""

logger = logging.getLogger(__name__)


def asked_to_end() -> threading.Event:
    """Set by the first SIGTERM or SIGINT of the process; a second one ends it at once."""
    asked = threading.Event()

    def ask(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return asked


def end(page: gr.Blocks, health: Health, seconds: float) -> None:
    """Refuse what is new, finish what runs or waits, for `seconds` at most; then close the port."""
    health.stopping = True
    until = time.monotonic() + seconds
    idle = 0
    while idle < 2 and time.monotonic() < until:  # twice: an event may be between two lists
        idle = idle + 1 if _is_idle(page) else 0
        time.sleep(_LOOK)
    if idle < 2:
        logger.warning("some requests took too long to be finished before the end")
    until = min(until, time.monotonic() + FETCH_SECONDS)
    while _unread(page) and time.monotonic() < until:
        time.sleep(_LOOK)
    page.close(verbose=False)


def _is_idle(page: gr.Blocks) -> bool:
    return not len(page._queue) and not any(page._queue.active_jobs)


def _unread(page: gr.Blocks) -> bool:
    return any(page._queue.pending_event_ids_session.copy().values())
