"""Seconds of a stage."""

import time

from index.timing import timed


def test_a_stage_takes_as_long_as_its_block() -> None:
    seconds: dict[str, float] = {}
    with timed(seconds, "сон"):
        time.sleep(0.05)
    with timed(seconds, "ничего"):
        pass
    assert list(seconds) == ["сон", "ничего"]
    assert 0.05 <= seconds["сон"] < 5
    assert 0 <= seconds["ничего"] < seconds["сон"]
