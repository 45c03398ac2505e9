"""A page -> a service: all that watches, bounds and ends it, put together."""

import os

import gradio as gr
from starlette.middleware import Middleware

from search.corpora import Corpora
from search.judging.store import JudgmentStore
from search.operations.bounded_queue import Bound, bound_queue
from search.operations.endpoints import Endpoints
from search.operations.health import Health
from search.operations.live_index import LiveIndex
from search.operations.logs import RequestLog
from search.operations.metrics import Metrics
from search.operations.observing import observe
from search.operations.quiet_end import asked_to_end, end
from search.operations.record import Record

KEEP_ALIVE_SECONDS = 75
"""Of an idle connection: longer than clients and proxies keep theirs, so that none sends a request
on one that is being closed. Uvicorn's 5 seconds are those of httpx too."""


class Service:
    """What the app needs beside its page to be run for others."""

    def __init__(
        self, page: gr.Blocks, corpora: Corpora, store: JudgmentStore, log: RequestLog
    ) -> None:
        """Watches the functions of the page and bounds its queue."""
        self._page = page
        self._corpora = corpora
        self._settings = corpora.home.settings
        self._health = Health(corpora, store)
        self._metrics = Metrics(page, corpora, store)

        def report(record: Record) -> None:
            self._metrics.count(record)
            log(record)

        observe(page, report)
        page.queue()
        bound = Bound(self._settings.queue_size, self._settings.queue_seconds)
        bound_queue(page, bound, lambda: self._health.stopping, report)

    def middleware(self) -> Middleware:
        """/healthz, /readyz, /metrics and ids of requests: goes before all other middleware."""
        return Middleware(
            Endpoints, health=self._health, metrics=self._metrics, environment=os.environ
        )

    def run(self) -> None:
        """Follow the index until the process is asked to end, then end in peace."""
        asked = asked_to_end()
        self._page.server.config.timeout_keep_alive = KEEP_ALIVE_SECONDS
        LiveIndex(self._corpora).start()
        asked.wait()
        end(self._page, self._health, self._settings.shutdown_seconds)
