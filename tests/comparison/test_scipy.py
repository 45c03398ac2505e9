"""search.judging.significance against scipy.stats."""

import random

import numpy as np
import pytest
from scipy import stats

from search.judging.significance import bootstrap_interval, randomization_test


def paired(seed: int, count: int, gain: float) -> tuple[list[float], list[float]]:
    """Values like nDCG: many equal, some zero, `gain` better on average."""
    draw = random.Random(seed)
    a = [draw.choice((0.0, draw.random(), 1.0)) for _ in range(count)]
    b = [x if draw.random() < 0.3 else x + draw.gauss(-gain, 0.3) for x in a]
    return a, b


def scipy_p(a: list[float], b: list[float], samples: float) -> float:
    def difference(x: np.ndarray, y: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray(np.mean(x, axis=axis) - np.mean(y, axis=axis))

    test = stats.permutation_test(
        (a, b), difference, permutation_type="samples", n_resamples=samples, vectorized=True
    )
    return float(test.pvalue)


@pytest.mark.parametrize("seed", range(5))
def test_the_exact_p_is_that_of_scipy(seed: int) -> None:
    a, b = paired(seed, 12, 0.1)
    expected = scipy_p(a, b, np.inf)
    assert 0 < expected < 1
    assert randomization_test(a, b) == pytest.approx(expected, rel=1e-12)


def test_the_sampled_p_is_that_of_scipy() -> None:
    a, b = paired(6, 120, 0.05)
    expected = scipy_p(a, b, 20_000)
    assert 0.001 < expected < 0.5
    error = (expected * (1 - expected) * (1 / 20_000 + 1 / 100_000)) ** 0.5
    assert randomization_test(a, b) == pytest.approx(expected, abs=5 * error)


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("count", [10, 200])
def test_the_interval_is_that_of_scipy(count: int, level: float) -> None:
    values, _ = paired(count, count, 0.0)
    result = stats.bootstrap(
        (values,), np.mean, confidence_level=level, method="percentile", n_resamples=20_000
    )
    low, high = result.confidence_interval
    interval = bootstrap_interval(values, level, samples=20_000)
    assert high - low > 0.01
    assert interval.low == pytest.approx(low, abs=0.05 * (high - low))
    assert interval.high == pytest.approx(high, abs=0.05 * (high - low))
