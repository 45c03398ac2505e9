"""The short form of `python -m tests.torture.crash`: some kills of what writes most."""

from collections.abc import Iterator

import pytest

from tests.torture.crash import kill_at_random, kill_at_steps, operations
from tests.torture.workshop import Workshop, workshop

SHORT = ("first build", "build", "add", "judge", "snapshot", "users", "checkpoint")


@pytest.fixture(params=SHORT)
def shop(request: pytest.FixtureRequest) -> Iterator[Workshop]:
    (operation,) = operations([request.param])
    with workshop(operation) as made:
        yield made


def test_a_kill_leaves_the_old_or_the_new_whole_and_nothing_after_the_next_start(
    shop: Workshop,
) -> None:
    at_random = kill_at_random(shop, kills=2)
    assert (at_random.counts["kills"], at_random.broken) == (2, [])
    at_steps = kill_at_steps(shop, points=3)
    assert at_steps.counts["kills"] and not at_steps.broken
