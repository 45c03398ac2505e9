"""Sixteen people search at once in the real app over HTTP, against one:

python -m tests.benchmarks.users [queries of each]

No query comes twice, so no cache helps. A person asks again as soon as the answer is there.
"""

import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from gradio_client import Client

from search.evaluation import read_queries
from tests.app_process import app_process
from tests.benchmarks.bench import keep, milliseconds, plot_bars
from tests.benchmarks.indexes import AS_SET, DEMO, directory_of, engine_over

USERS = 16


def main(each: int = 10) -> None:
    """Measure and keep the figures."""
    engine_over(DEMO, AS_SET)  # so that there is an index
    queries = iter(read_queries(DEMO).values())
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "INDEX_DIR": str(directory_of(DEMO)),
            "DATABASE_URL": f"sqlite:///{folder}/judgments.sqlite",
        }
        with app_process(settings) as url:
            clients = [Client(url, verbose=False) for _ in range(USERS)]
            at_once(clients[:1], parts(queries, 1, 5))  # warms the app up
            one, one_lost, one_wall = at_once(clients[:1], parts(queries, 1, 4 * each))
            many, lost, wall = at_once(clients, parts(queries, USERS, each))
    alone, together = len(one) / one_wall, len(many) / wall
    keep(
        "users",
        {
            "users": USERS,
            "queries": len(many) + lost,
            "lost": lost + one_lost,
            "one_user": {"queries_a_second": round(alone, 2), **milliseconds(one)},
            "all_users": {"queries_a_second": round(together, 2), **milliseconds(many)},
            "throughput_ratio": round(together / alone, 2),
        },
        "gradio",
        "torch",
    )
    plot_bars(
        "users",
        "The app over HTTP, two cores",
        "queries a second",
        {"1 user": alone, f"{USERS} users": together},
    )


def parts(queries: Iterator[str], users: int, each: int) -> list[list[str]]:
    """The next queries, `each` for every user."""
    return [list(itertools.islice(queries, each)) for _ in range(users)]


def at_once(
    clients: Sequence[Client], queries: Sequence[Sequence[str]]
) -> tuple[list[float], int, float]:
    """Seconds of every answer, how many requests were lost, and seconds of the whole."""
    barrier = threading.Barrier(len(clients) + 1)

    def ask(client: Client, own: Sequence[str]) -> list[float | None]:
        barrier.wait()
        return [seconds_of(client, query) for query in own]

    with ThreadPoolExecutor(len(clients)) as threads:
        answers = threads.map(ask, clients, queries)
        barrier.wait()
        started = time.perf_counter()
        every = [seconds for one in answers for seconds in one]
        wall = time.perf_counter() - started
    answered = [seconds for seconds in every if seconds is not None]
    return answered, len(every) - len(answered), wall


def seconds_of(client: Client, query: str) -> float | None:
    """Until the answer is there; None when there is none."""
    started = time.perf_counter()
    try:
        hits = client.predict(query, 10, api_name="/search")
    except Exception as error:  # whatever it was, the request is lost
        print(f"lost: {error!r}")  # noqa: T201
        return None
    return time.perf_counter() - started if hits else None


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
