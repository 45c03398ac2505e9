import itertools
import random

import pytest

from search.errors import JudgingError
from search.judging import significance
from search.judging.significance import (
    Interval,
    bootstrap_interval,
    compare,
    holm,
    randomization_test,
)


def drawn(seed: int, count: int) -> list[float]:
    draw = random.Random(seed)
    return [draw.random() for _ in range(count)]


def test_the_interval_of_one_value_or_of_equal_values_is_that_value() -> None:
    assert bootstrap_interval([0.5]) == Interval(0.5, 0.5, 0.95)
    assert bootstrap_interval([0.25] * 7, level=0.8) == Interval(0.25, 0.25, 0.8)


def test_the_interval_of_two_values_is_as_worked_out_by_hand() -> None:
    # resamples of (0, 1): mean 0 and 1 in a quarter each, 1/2 in the half between them
    assert bootstrap_interval([0.0, 1.0], level=0.95) == Interval(0.0, 1.0, 0.95)
    assert bootstrap_interval([0.0, 1.0], level=0.4) == Interval(0.5, 0.5, 0.4)


def test_an_interval_holds_the_mean_and_grows_with_its_level() -> None:
    values = drawn(1, 60)
    narrow, wide = bootstrap_interval(values, level=0.5), bootstrap_interval(values, level=0.99)
    mean = sum(values) / 60
    assert wide.low < narrow.low < mean < narrow.high < wide.high


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    values = drawn(2, 30)
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


def test_memory_spared_changes_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    values, others = drawn(3, 40), drawn(4, 40)
    interval, p = bootstrap_interval(values, samples=999), randomization_test(values, others, 999)
    monkeypatch.setattr(significance, "_CELLS", 40 * 100)
    assert bootstrap_interval(values, samples=999) == interval
    assert randomization_test(values, others, 999) == p


def test_the_exact_test_is_as_worked_out_by_hand() -> None:
    # differences 1, 2, 3: of 8 sign patterns only +++ and --- reach a sum of 6
    assert randomization_test([1, 2, 3], [0, 0, 0]) == 2 / 8
    # differences 1, 2, -3: the sum is 0, every pattern reaches it
    assert randomization_test([1, 2, 0], [0, 0, 3]) == 1.0
    # differences 1, 1, -1: |sum| >= 1 always; 1, 1, 1, -1: |sum| is 2 or 4 but for 6 patterns of 0
    assert randomization_test([1, 1, 0], [0, 0, 1]) == 1.0
    assert randomization_test([1, 1, 1, 0], [0, 0, 0, 1]) == 10 / 16


def test_the_exact_test_counts_every_swap() -> None:
    a, b = drawn(5, 9), drawn(6, 9)
    differences = [x - y for x, y in zip(a, b, strict=True)]
    sums = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
        for signs in itertools.product((1, -1), repeat=9)
    ]
    expected = sum(s >= abs(sum(differences)) - 1e-12 for s in sums) / 2**9
    assert 2 / 2**9 < expected < 1
    assert randomization_test(a, b) == expected


def test_the_sampled_test_comes_close_to_the_exact_one() -> None:
    a, b = drawn(7, 14), [x - 0.1 for x in drawn(8, 14)]
    exact, sampled = randomization_test(a, b), randomization_test(a, b, samples=16_000)
    assert 2**14 > 16_000
    assert sampled != exact
    assert sampled == pytest.approx(exact, abs=4 * (0.25 / 16_000) ** 0.5)


def test_a_sampled_p_is_never_zero() -> None:
    # all 200 differences agree: two patterns of 2**200 are as extreme
    assert randomization_test([1.0] * 200, [0.0] * 200, samples=999) == 1 / 1000


def test_a_test_has_two_sides() -> None:
    for count in (8, 40):
        a, b = drawn(9, count), drawn(10, count)
        assert randomization_test(a, b, 5000) == randomization_test(b, a, 5000)


def test_equal_systems_have_p_one() -> None:
    values = drawn(11, 300)
    assert randomization_test(values, values) == 1.0


def test_queries_without_a_difference_do_not_change_p() -> None:
    assert randomization_test([1, 2, 3] + [0.5] * 50, [0, 0, 0] + [0.5] * 50) == 2 / 8


def test_rounding_does_not_hide_a_tie_of_sums() -> None:
    # 0.3 - 0.1 is not 0.2 in binary; all 8 patterns of (0.2, -0.2, 0.2) reach |0.2|
    assert randomization_test([0.3, 0.1, 0.2], [0.1, 0.3, 0.0]) == 1.0


def test_the_level_is_held_when_nothing_differs() -> None:
    # under the null hypothesis p <= 0.1 in about a tenth of the sets: 20 of 200 +- 4 deviations
    draw = random.Random(12)
    found = 0
    for _ in range(200):
        a, b = [draw.random() for _ in range(8)], [draw.random() for _ in range(8)]
        found += randomization_test(a, b) <= 0.1
    assert 20 - 17 <= found <= 20 + 17


def test_holm_is_as_worked_out_by_hand() -> None:
    # sorted .01 .02 .03 .04, times 4 3 2 1: .04 .06 .06 .04 -> never falling: .04 .06 .06 .06
    adjusted = holm({"a": 0.03, "b": 0.01, "c": 0.04, "d": 0.02})
    assert adjusted == pytest.approx({"a": 0.06, "b": 0.04, "c": 0.06, "d": 0.06})
    assert list(adjusted) == ["a", "b", "c", "d"]


def test_holm_stops_at_one_and_leaves_a_single_test_alone() -> None:
    assert holm({"a": 0.6, "b": 0.9}) == {"a": 1.0, "b": 1.0}
    assert holm({"a": 0.03}) == {"a": 0.03}
    assert holm({}) == {}


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_a_p_that_is_no_probability_is_named(p: float) -> None:
    with pytest.raises(JudgingError, match="p of 'map' is .*: must be between 0 and 1"):
        holm({"mrr@10": 0.5, "map": p})


def test_a_comparison_pairs_by_query_not_by_order() -> None:
    before = {"кит": 0.0, "чай": 0.5, "хлеб": 1.0, "мёд": 0.25}
    after = {"мёд": 0.25, "хлеб": 0.5, "чай": 1.0, "кит": 1.0}
    result = compare(before, after)
    # differences 1, 0.5, -0.5, 0: |sum| 1 is reached by all patterns of (1, .5, .5) but 2 of 8
    assert result.p == 6 / 8
    assert (result.wins, result.ties, result.losses) == (2, 1, 1)
    assert result.queries == 4
    assert (result.before, result.after) == (1.75 / 4, 2.75 / 4)
    assert result.difference == 0.25
    assert result.interval == bootstrap_interval([1.0, 0.5, -0.5, 0.0])
    assert -0.5 <= result.interval.low < 0.25 < result.interval.high <= 1.0


def test_what_can_not_be_tested_is_named() -> None:
    with pytest.raises(JudgingError, match="query 'чай' has a value in one system only"):
        compare({"кит": 1.0, "чай": 1.0}, {"кит": 1.0})
    with pytest.raises(JudgingError, match="no values to test"):
        compare({}, {})
    with pytest.raises(JudgingError, match="2 values against 1"):
        randomization_test([1, 2], [1])
    with pytest.raises(JudgingError, match="not a finite number"):
        bootstrap_interval([1.0, float("nan")])
    with pytest.raises(JudgingError, match="level 1.5, 10 samples"):
        bootstrap_interval([1.0], level=1.5, samples=10)
    with pytest.raises(JudgingError, match="0 samples"):
        randomization_test([1.0], [0.0], samples=0)
