"""Figures of the running app in Prometheus' text format; no query, no name is in them."""

from collections.abc import Iterator

import gradio as gr
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from search.corpora import Corpora
from search.errors import JudgingError
from search.judging.store import JudgmentStore
from search.operations.bounded_queue import waiting_in
from search.operations.record import Record

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
STAGE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds: BM25 takes less than one millisecond, a reranker on a busy CPU seconds."""
REQUEST_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_NOT_STAGES = ("total",)


class Metrics:
    """Counters of requests, and what is read from the app at the time of asking."""

    def __init__(self, page: gr.Blocks, corpora: Corpora, store: JudgmentStore) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they double the text, and nothing here starts late
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "search_requests",
            "Requests by kind and outcome.",
            ("kind", "outcome"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "search_request_seconds",
            "Seconds of answering, without the queue.",
            ("kind",),
            buckets=REQUEST_BUCKETS,
            registry=self._registry,
        )
        self._stages = Histogram(
            "search_stage_seconds",
            "Seconds of each stage of the requests.",
            ("stage",),
            buckets=STAGE_BUCKETS,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_State(page, corpora, store))

    def count(self, record: Record) -> None:
        """Take in a request that has ended."""
        self._requests.labels(record.kind, record.outcome).inc()
        if "total" in record.seconds:
            self._seconds.labels(record.kind).observe(record.seconds["total"])
        for stage, seconds in record.seconds.items():
            if stage not in _NOT_STAGES:
                self._stages.labels(stage).observe(seconds)

    def text(self) -> bytes:
        """All figures as they are now."""
        return generate_latest(self._registry)


class _State(Collector):
    """What the app holds at the moment."""

    def __init__(self, page: gr.Blocks, corpora: Corpora, store: JudgmentStore) -> None:
        self._page = page
        self._corpora = corpora
        self._store = store

    def collect(self) -> Iterator[Metric]:
        """Queue, cache, index, models, judgments; without a database no count of judgments."""
        waiting = GaugeMetricFamily("search_queue_waiting", "Requests waiting.", labels=["queue"])
        running = GaugeMetricFamily("search_queue_running", "Requests running.", labels=["queue"])
        for name, (waits, runs) in waiting_in(self._page).items():
            waiting.add_metric([name], waits)
            running.add_metric([name], runs)
        yield waiting
        yield running
        engine = self._corpora.home
        models, manifest = engine.models, engine.index.manifest
        yield CounterMetricFamily(
            "search_readings_remembered",
            "Passages whose reading by the reranker was remembered.",
            models.remembered,
        )
        yield CounterMetricFamily(
            "search_readings_made", "Passages that the reranker read.", models.made
        )
        yield InfoMetricFamily(
            "search_index",
            "The generation that is searched.",
            {
                "created": manifest.created,
                "corpus": manifest.corpus_fingerprint,
                "analyzer": manifest.analyzer_fingerprint,
                "encoder": manifest.encoder_fingerprint,
            },
        )
        yield GaugeMetricFamily("search_index_passages", "Passages of it.", manifest.passages)
        yield InfoMetricFamily(
            "search_model",
            "The models that answer.",
            {
                "encoder": models.encoder.fingerprint,
                "reranker": models.reranker_fingerprint,
            },
        )
        try:
            saved = self._store.count()
        except JudgingError:  # /readyz says so
            return
        yield GaugeMetricFamily(
            "search_judgments", "Judgments in the database, with those taken back.", saved
        )
