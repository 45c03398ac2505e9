import pytest

from search.depth import reads_on

NINE = [0.0] * 9


@pytest.mark.parametrize(
    ("scores", "on"),
    [
        ([], True),
        ([9.0, *NINE], True),  # the best itself is among the last ten
        ([9.0, *NINE, *NINE, 2.9], False),  # the best of the last ten is 6.1 behind
        ([9.0, *NINE, *NINE, 3.0], True),  # 6.0
        ([9.0, *NINE, 3.5, *NINE, 2.0], False),  # 3.5 is the eleventh from the end
        ([9.0, *NINE, *NINE, 12.0], True),  # the new best itself
    ],
)
def test_it_reads_on_until_a_portion_lies_far_behind(scores: list[float], on: bool) -> None:
    assert reads_on(scores, gap=6.0) is on
