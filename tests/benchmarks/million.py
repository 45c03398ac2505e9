"""How an index grows: 10,000, 100,000 and a million passages built, opened and asked. Run by hand:

python -m tests.benchmarks.million [passages …]

A build and an opening have a process each, so that its memory is its own. A million take 3 GB of
disk below data/built and some minutes.
"""

import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from index.build import OpenIndex, build_index
from index.corpus import Document
from index.store import Manifest, current_generation
from search.engine import Engine
from search.evaluation import read_queries
from search.models import Models
from search.settings import ROOT, Settings
from tests.benchmarks.bench import RESULTS, keep, milliseconds, needed, pyplot, windows
from tests.benchmarks.indexes import RUDOCS

SIZES = (10_000, 100_000, 1_000_000)
CHARS = 500
QUESTIONS = 300
K = 100
GROWING = ("build_seconds", "index_mb", "peak_mb", "open_seconds", "first_stage_p50_ms")


def documents(passages: int) -> Iterator[Document]:
    """Windows of about `CHARS` characters, each text once; when the text is over, cut otherwise."""
    lengths = (CHARS + sign * 10 * n for n in itertools.count(1) for sign in (-1, 1))
    texts = itertools.chain.from_iterable(map(windows, itertools.chain((CHARS,), lengths)))
    seen: set[int] = set()
    for text in texts:
        if len(seen) == passages:
            return
        if hash(text) not in seen:
            seen.add(hash(text))
            yield Document(str(len(seen)), "", text)


def questions() -> list[str]:
    """Questions of five to eight words about what the text is about: documentation."""
    asked = read_queries(needed(RUDOCS)).values()
    return [question for question in asked if 5 <= len(question.split()) <= 8][:QUESTIONS]


def main(*sizes: int) -> None:
    """Measure each size, and keep the figures, their growth and a plot."""
    measured: dict[str, dict[str, Any]] = {}
    for size in sizes or SIZES:
        with tempfile.TemporaryDirectory(dir=ROOT / "data" / "built") as folder:
            measured[str(size)] = alone("build", size, folder) | alone("ask", size, folder)
    exponents = {name: exponent(measured, name) for name in GROWING} if len(measured) > 1 else {}
    keep("million", measured | {"exponents": exponents}, "faiss-cpu", "numpy", "pymorphy3")
    plot(measured, exponents)


def alone(step: str, size: int, folder: str) -> dict[str, Any]:
    """What a step measured in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.million", step, str(size), folder]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(ran.stdout))


def build(size: int, directory: Path) -> dict[str, Any]:
    """Index so many passages."""
    models = Models.open(Settings())
    seconds: dict[str, float] = {}
    started = time.perf_counter()
    manifest = build_index(
        documents(size),
        directory,
        models.encoder,
        models.analyzer,
        progress=False,
        seconds=seconds,
    )
    taken = time.perf_counter() - started
    files = (file for file in directory.rglob("*") if file.is_file())
    return {
        "passages": manifest.passages,
        "build_seconds": round(taken, 1),
        "passages_a_second": {stage: round(size / value) for stage, value in seconds.items()},
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "index_mb": round(sum(file.stat().st_size for file in files) / 2**20),
    }


def ask(size: int, directory: Path) -> dict[str, Any]:
    """Open the index, its files in the system's cache, and ask it questions."""
    settings = Settings(lexical_candidates=K, dense_candidates=K)
    models = Models.open(settings)
    before, started = resident_mb(), time.perf_counter()
    index = OpenIndex.open(directory, models.encoder, models.analyzer)
    opened = time.perf_counter() - started
    growth = resident_mb() - before
    engine = Engine(index, models, settings)
    asked = questions()
    for question in asked[:10]:
        engine.candidates(question)
    seconds = []
    stages: dict[str, list[float]] = {}
    for question in asked[10:]:
        started = time.perf_counter()
        ranking = engine.candidates(question)
        seconds.append(time.perf_counter() - started)
        for stage, taken in ranking.seconds.items():
            stages.setdefault(stage, []).append(taken)
    everything = np.ones(size, bool)  # a search kept to some rows is exact
    found = []
    for question in asked:
        vector = models.query_vector(question)
        exact = {row for row, _ in index.dense.search(vector, K, everything)}
        found.append(len(exact & {row for row, _ in index.dense.search(vector, K)}) / len(exact))
    manifest = Manifest.read(current_generation(directory))
    first_stage = milliseconds(seconds)
    return {
        "open_seconds": round(opened, 2),
        "open_mb": round(growth),
        "questions": len(seconds),
        "first_stage_p50_ms": first_stage["p50_ms"],
        "first_stage_p95_ms": first_stage["p95_ms"],
        "stages": {stage: milliseconds(taken) for stage, taken in stages.items()},
        "dense_search": manifest.dense_search,
        "recall@100, at the build": manifest.dense_recall,
        "recall@100, of the questions": round(float(np.mean(found)), 4),
    }


def resident_mb() -> float:
    """Memory of this process that is in use now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def exponent(measured: dict[str, dict[str, Any]], name: str) -> float:
    """The e of size**e that fits best: the slope over logarithms."""
    values = [figures[name] for figures in measured.values()]
    slope, _ = np.polyfit(np.log([int(size) for size in measured]), np.log(values), 1)
    return round(float(slope), 2)


def plot(measured: dict[str, dict[str, Any]], exponents: dict[str, float]) -> None:
    """Write results/million.png: a line a figure, both axes logarithmic."""
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for name, slope in exponents.items():
        values = [figures[name] for figures in measured.values()]
        label = f"{name.replace('_', ' ')}, exponent {slope}"
        axes.plot([int(size) for size in measured], values, marker="o", label=label)
    axes.set(xscale="log", yscale="log", xlabel="passages", title="How an index grows")
    axes.legend()
    figure.savefig(RESULTS / "million.png", dpi=100)
    pyplot.close(figure)


if __name__ == "__main__":
    if sys.argv[1:2] in (["build"], ["ask"]):
        step = build if sys.argv[1] == "build" else ask
        sys.stdout.write(json.dumps(step(int(sys.argv[2]), Path(sys.argv[3]))))
    else:
        main(*map(int, sys.argv[1:]))
