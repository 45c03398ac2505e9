"""Values per query -> how sure their mean, or the difference of two means, is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.errors import JudgingError

LEVEL = 0.95
SEED = 42
_CELLS = 4_000_000
"""Resampled values held at a time; bounds memory, changes no result."""
_TIE = 1e-9
"""Differences below this are rounding."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval of a mean."""

    low: float
    high: float
    level: float = LEVEL


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of two systems over the same queries."""

    queries: int
    before: float
    after: float
    difference: float
    """Mean of after - before."""
    interval: Interval
    """Of the difference."""
    p: float
    wins: int
    """Queries better after than before."""
    ties: int
    losses: int


def bootstrap_interval(
    values: Sequence[float], level: float = LEVEL, samples: int = 10_000, seed: int = SEED
) -> Interval:
    """Percentile bootstrap of the mean over queries (Efron & Tibshirani 1993, ch. 13).

    Raises `JudgingError` for no values, values that aren't finite, a level outside (0, 1).
    """
    numbers = _checked(values)
    if not 0 < level < 1 or samples < 1:
        raise JudgingError(
            f"level {level}, {samples} samples: give a level between 0 and 1 and at least 1 sample."
        )
    random = np.random.default_rng(seed)
    means = np.concatenate(
        [
            numbers[random.integers(0, len(numbers), size=(rows, len(numbers)))].mean(axis=1)
            for rows in _chunks(samples, len(numbers))
        ]
    )
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)


def randomization_test(
    a: Sequence[float], b: Sequence[float], samples: int = 100_000, seed: int = SEED
) -> float:
    """Two-sided p of Fisher's paired randomization test on the difference of means.

    Smucker, Allan & Carterette, CIKM 2007: under the null hypothesis each query's two values may
    be swapped. All swaps are counted when they are at most `samples`; otherwise
    p = (count + 1) / (samples + 1), never 0. Raises `JudgingError` as `bootstrap_interval` does
    and for values that don't pair up.
    """
    first, second = _checked(a), _checked(b)
    if len(first) != len(second):
        raise JudgingError(
            f"{len(first)} values against {len(second)}: give both systems' values of the same "
            "queries."
        )
    if samples < 1:
        raise JudgingError(f"{samples} samples: give at least 1.")
    differences = first - second
    differences = differences[np.abs(differences) > _TIE]  # a swap of equals changes nothing
    count = len(differences)
    extreme = abs(differences.sum()) - _TIE
    if 2**count <= samples:
        sums = _all_sign_sums(differences)
        return float(np.mean(np.abs(sums) >= extreme))
    random = np.random.default_rng(seed)
    as_extreme = 0
    for rows in _chunks(samples, count):
        flips = random.integers(0, 2, size=(rows, count), dtype=np.int8)
        sums = differences.sum() - 2 * (flips.astype(np.float64) @ differences)
        as_extreme += int(np.count_nonzero(np.abs(sums) >= extreme))
    return (as_extreme + 1) / (samples + 1)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Step-down adjusted p-values for several tests at once (Holm 1979), in the order given."""
    for name, p in p_values.items():
        if not 0 <= p <= 1:
            raise JudgingError(f"p of {name!r} is {p}: must be between 0 and 1.")
    adjusted: dict[str, float] = {}
    highest = 0.0
    for place, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[name]))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}


def compare(
    before: Mapping[str, float], after: Mapping[str, float], seed: int = SEED
) -> Comparison:
    """Two systems' values (query -> value), paired by query.

    Raises `JudgingError` when they hold different queries or none.
    """
    if before.keys() != after.keys():
        odd = min(before.keys() ^ after.keys())
        raise JudgingError(
            f"The query {odd!r} has a value in one system only. Compare the same queries."
        )
    old = _checked(list(before.values()))
    new = _checked([after[query] for query in before])
    change = new - old
    wins, losses = int((change > _TIE).sum()), int((change < -_TIE).sum())
    return Comparison(
        queries=len(change),
        before=float(old.mean()),
        after=float(new.mean()),
        difference=float(change.mean()),
        interval=bootstrap_interval(change.tolist(), seed=seed),
        p=randomization_test(new.tolist(), old.tolist(), seed=seed),
        wins=wins,
        ties=len(change) - wins - losses,
        losses=losses,
    )


def _checked(values: Sequence[float]) -> Values:
    numbers = np.asarray(values, dtype=np.float64)
    if not len(numbers):
        raise JudgingError("There are no values to test. Give at least one judged query.")
    if not np.isfinite(numbers).all():
        raise JudgingError("A value is not a finite number. Measure every query first.")
    return numbers


def _all_sign_sums(differences: Values) -> Values:
    sums = np.zeros(1)
    for difference in differences:
        sums = np.concatenate([sums + difference, sums - difference])
    return sums


def _chunks(samples: int, width: int) -> Iterator[int]:
    rows = max(1, _CELLS // width)
    for start in range(0, samples, rows):
        yield min(rows, samples - start)
