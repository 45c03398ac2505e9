"""From starting a process to its first answer, on the demo corpus, files in the page cache:

python -m tests.benchmarks.start [starts of each]

Ours opens an index that is built, `python -m search query` and the app, asked over HTTP. The script
of `naive` lemmatizes, encodes and indexes at every start or, more kindly, finds its lemmas and
vectors on the disk.
"""

import subprocess
import sys
import tempfile
import time

from gradio_client import Client

from search.settings import ROOT
from tests.app_process import app_process
from tests.benchmarks.bench import keep, milliseconds, plot_bars, ratio
from tests.benchmarks.indexes import AS_SET, DEMO, directory_of, engine_over

QUERY = "какова глубина Байкала"
COMMAND, APP = "python -m search query", "app.py, asked over HTTP"
NAIVE, KIND = "naive", "naive, lemmas and vectors kept"


def main(starts: int = 5) -> None:
    """Measure and keep the figures."""
    engine_over(DEMO, AS_SET)  # so that there is an index
    index = str(directory_of(DEMO))
    naive = ("-m", "tests.benchmarks.naive", str(DEMO / "corpus.jsonl"), QUERY)
    seconds: dict[str, list[float]] = {COMMAND: [], APP: [], NAIVE: [], KIND: []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(starts + 1):
            seconds[COMMAND].append(first_line("-m", "search", "query", QUERY, "--index", index))
            seconds[APP].append(first_hits(index, folder))
            seconds[NAIVE].append(first_line(*naive))
            seconds[KIND].append(first_line(*naive, folder))
    seconds = {name: times[1:] for name, times in seconds.items()}  # the first filled the caches
    median = {name: milliseconds(times)["p50_ms"] / 1000 for name, times in seconds.items()}
    keep(
        "start",
        {
            "starts": starts,
            "seconds": {name: round(value, 2) for name, value in median.items()},
            "naive_over_ours": {
                f"{peer} / {ours}": ratio(seconds[peer], seconds[ours])
                for peer in (NAIVE, KIND)
                for ours in (COMMAND, APP)
            },
        },
        "torch",
        "sentence-transformers",
        "gradio",
    )
    plot_bars("start", "Process start to first answer", "seconds (median)", median)


def first_line(*arguments: str) -> float:
    """Seconds until Python with these arguments prints its first line."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE)
    with process:
        line = process.stdout.readline()
        seconds = time.perf_counter() - started
        process.kill()
    if not line:
        sys.exit(f"error: {' '.join(arguments)} printed nothing; the times mean nothing.")
    return seconds


def first_hits(index: str, folder: str) -> float:
    """Seconds until the app, started anew, has answered a program."""
    settings = {"INDEX_DIR": index, "DATABASE_URL": f"sqlite:///{folder}/judgments.sqlite"}
    started = time.perf_counter()
    with app_process(settings) as url:
        hits = Client(url, verbose=False).predict(QUERY, 10, api_name="/search")
        seconds = time.perf_counter() - started
    if not hits:
        sys.exit("error: the app found nothing; the times mean nothing.")
    return seconds


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
