"""One table of all benchmarks, from the figures kept in results/*.json:

python -m tests.benchmarks.table
"""

import json
import sys
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.bench import RESULTS


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a figure of results/`file`.json by its path, and what is to be reached.

    With a peer, the ratio is to be reached (so many times better than the peer); without one, the
    figure itself; with nothing to reach, the row only tells.
    """

    what: str
    file: str
    ours: str
    unit: str
    reach: float | None = None
    peer: str = ""
    more_is_better: bool = False

    def line(self) -> str:
        """The row in Markdown."""
        try:
            ours = figure(self.file, self.ours)
            peer = figure(self.file, self.peer) if self.peer else None
        except (OSError, KeyError):
            return f"| {self.what} | – | – | – | {self.goal()} | not measured |"
        ratio = 0.0
        if peer is not None:
            ratio = ours / peer if self.more_is_better else peer / ours
        return " | ".join(
            (
                f"| {self.what}",
                f"{ours:,.4g} {self.unit}".strip(),
                f"{self._peer_name()}: {peer:,.4g} {self.unit}" if peer else "–",
                f"{ratio:,.3g}×" if peer else "–",
                self.goal(),
                f"{self._reached(ratio if peer else ours)} |",
            )
        )

    def goal(self) -> str:
        """What is to be reached, in words."""
        if self.reach is None:
            return "–"
        if self.peer:
            return f"≥ {self.reach:g}×"
        return f"{'≥' if self.more_is_better else '≤'} {self.reach:,g} {self.unit}".strip()

    def _peer_name(self) -> str:
        *_, group, last = self.peer.split("/")
        return last if group == "seconds" else group.replace("_", " ")

    def _reached(self, value: float) -> str:
        if self.reach is None:
            return "–"
        rising = self.peer or self.more_is_better
        return "yes" if (value >= self.reach if rising else value <= self.reach) else "**no**"


def figure(file: str, path: str) -> float:
    """A number of results/`file`.json by the keys of `path`; KeyError when it isn't there."""
    value: Any = json.loads((RESULTS / f"{file}.json").read_text(encoding="utf-8"))
    for key in path.split("/"):
        value = value[key]
    return float(value)


def query_rows(corpus: str, name: str) -> tuple[Row, ...]:
    """Whole queries over one corpus: the reference's architecture is the model card's script."""
    peers = (("naive, reference architecture", 10.0), ("naive, our weights", None))
    return tuple(
        Row(
            f"a query, {name}, {quantile}{how}",
            "query",
            f"{corpus}/systems/{system}/{quantile}_ms",
            "ms",
            goal,
            f"{corpus}/systems/{peer}/{quantile}_ms",
        )
        for system, how in (
            ("ours", ""),
            ("ours, 0.3 s for the reranker", ", RERANK_SECONDS=0.3"),
            ("ours, all 50 read", ", all 50 read"),
        )
        for peer, goal in peers
        for quantile in ("p50", "p95")
    )


BM25 = "BM25, first 100 of 100,000 passages"
RERANK = "reranking 100 candidates on the CPU"
RATE = "systems/ours/pairs_a_second"
START = "process start to first answer, demo"
COMMAND, APP = "seconds/python -m search query", "seconds/app.py, asked over HTTP"
ROWS = (
    Row(BM25, "lexical", "systems/ours/p50_ms", "ms", 250, "systems/rank_bm25/p50_ms"),
    Row(BM25, "lexical", "systems/ours/p50_ms", "ms", 0.5, "systems/bm25s, numba/p50_ms"),
    Row(
        RERANK,
        "rerank",
        RATE,
        "pairs/s",
        3,
        "systems/CrossEncoder.predict, fp32/pairs_a_second",
        more_is_better=True,
    ),
    Row(
        RERANK,
        "rerank",
        RATE,
        "pairs/s",
        20,
        "systems/reference architecture/pairs_a_second",
        more_is_better=True,
    ),
    Row("nDCG@10 lost against fp32 logits, rudocs_faq", "rerank", "ndcg@10_lost", "points", 0.3),
    *query_rows("demo", "demo"),
    *query_rows("rudocs_faq", "20,000 documents"),
    *(
        row
        for corpus in ("demo", "rudocs_faq", "ru_laws", "mean of the sets")
        for row in (
            Row(
                f"pairs saved by an adaptive depth, {corpus}",
                "adaptive",
                f"{corpus}/pairs_saved_percent",
                "%",
                40,
                more_is_better=True,
            ),
            Row(
                f"nDCG@10 lost by it, {corpus}",
                "adaptive",
                f"{corpus}/ndcg@10_lost",
                "points",
                0.2,
            ),
        )
    ),
    Row(
        "16 users at once in the app",
        "users",
        "all_users/queries_a_second",
        "queries/s",
        1.6,
        "one_user/queries_a_second",
        more_is_better=True,
    ),
    Row("the same, p95 of an answer", "users", "all_users/p95_ms", "ms"),
    Row("the same, requests lost", "users", "lost", "", 0),
    *(
        Row(f"{START}{how}", "start", ours, "s", goal, peer)
        for how, ours in ((", command", COMMAND), (", app", APP))
        for peer, goal in (
            ("", 8.0),
            ("seconds/naive", 2.0),
            ("seconds/naive, lemmas and vectors kept", None),
        )
    ),
    Row(
        "indexing 100,000 passages",
        "indexing",
        "systems/ours/passages_a_second",
        "passages/s",
        15,
        "systems/naive/passages_a_second",
        more_is_better=True,
    ),
    *(
        Row(f"1,000,000 passages: {what}", "million", f"1000000/{path}", unit, goal)
        for what, path, unit, goal in (
            ("built in", "build_seconds", "s", 3600),
            ("most memory of the build", "peak_mb", "MB", 10_000),
            ("opened in", "open_seconds", "s", 2),
            ("memory of the opened index", "open_mb", "MB", 600),
            ("first stage, p50", "first_stage_p50_ms", "ms", 30),
            ("first stage, p95", "first_stage_p95_ms", "ms", 80),
        )
    ),
    Row("20 annotators at once: a judgment saved, p95", "judging", "save_p95_ms", "ms"),
)


def main() -> None:
    """Print the table."""
    head = "| what | ours | peer | ratio | to reach | reached |\n|---|--:|--:|--:|--:|---|"
    sys.stdout.write("\n".join((head, *(row.line() for row in ROWS))) + "\n")


if __name__ == "__main__":
    main()
