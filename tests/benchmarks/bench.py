"""What the benchmarks share: real Russian text, times taken in turns, how results are kept.

`make bench` runs them all and prints the table, `make bench BENCH="lexical query"` some.
"""

import gzip
import importlib.metadata
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from search.settings import ROOT

matplotlib.use("Agg")
from matplotlib import pyplot

RESULTS = Path(__file__).parent / "results"
SHARED = ROOT.parent / "shared" / "data"
"""Real Russian data, not in the repository."""
TEXT = SHARED / "train" / "text.txt.gz"
"""Plain Russian, a paragraph a line."""


def needed(data: Path) -> Path:
    """`data`, or the end of a benchmark that can't do without it."""
    if not data.exists():
        sys.exit(f"error: {data} is not there, and this benchmark measures on it. Left out.")
    return data


def windows(chars: int, file: Path = TEXT) -> Iterator[str]:
    """Passages of about `chars` characters, whole paragraphs joined or long ones cut."""
    held = ""
    with gzip.open(needed(file), "rt", encoding="utf-8") as lines:
        for line in lines:
            held = f"{held} {line.strip()}".strip()
            while len(held) >= chars:
                cut = held.rfind(" ", 0, chars + 1)
                cut = cut if cut > 0 else chars
                yield held[:cut]
                held = held[cut:].strip()


def in_turns(
    systems: Mapping[str, Callable[[Any], object]], queries: Sequence[Any]
) -> dict[str, list[float]]:
    """Seconds of each system for each query but the first, which only warms them up.

    A query meets all systems before the next does.
    """
    for ask in systems.values():
        ask(queries[0])
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    for query in queries[1:]:
        for name, ask in systems.items():
            started = time.perf_counter()
            ask(query)
            seconds[name].append(time.perf_counter() - started)
    return seconds


def ratio(of: Sequence[float], to: Sequence[float], percentile: int = 50) -> float:
    """How many times as long one takes as the other, by their medians or another percentile."""
    return round(float(np.percentile(of, percentile) / np.percentile(to, percentile)), 2)


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    p50, p95 = np.percentile(seconds, [50, 95]) * 1000
    return {"p50_ms": round(float(p50), 3), "p95_ms": round(float(p95), 3)}


def keep(name: str, result: Mapping[str, object], *packages: str) -> None:
    """Print the result and write it with the machine's description to results/NAME.json."""
    kept = dict(result) | {"machine": machine(*packages)}
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)  # noqa: T201


def plot_bars(name: str, title: str, unit: str, values: Mapping[str, float]) -> None:
    """Write results/NAME.png: one bar a system, on a logarithmic scale."""
    figure, axes = pyplot.subplots(figsize=(7, 0.6 + 0.5 * len(values)), layout="constrained")
    bars = axes.barh(list(values), list(values.values()), color="tab:blue")
    axes.bar_label(bars, fmt="%.3g", padding=3)
    axes.set(xscale="log", xlabel=unit, title=title)
    axes.margins(x=0.15)
    axes.invert_yaxis()
    figure.savefig(RESULTS / f"{name}.png", dpi=100)
    pyplot.close(figure)


def machine(*packages: str) -> dict[str, str | int | float]:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    versions = {package: importlib.metadata.version(package) for package in packages}
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count() or 0,
        "load_1min": round(os.getloadavg()[0], 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        **versions,
    }
