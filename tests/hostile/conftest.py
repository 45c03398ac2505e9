"""Two sizes of the property tests: HOSTILE=full is `make torture`'s, more than 10,000 inputs."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

FULL = os.environ.get("HOSTILE") == "full"
SHORT_SHARE = 40
"""The short form tries this many times fewer inputs."""

Test = Callable[..., None]


def tries(count: int, **inputs: strategies.SearchStrategy[Any]) -> Callable[[Test], Test]:
    """`given` these inputs, `count` of them in the full form; the short form's never vary."""
    size = settings(
        max_examples=count if FULL else max(count // SHORT_SHARE, 5),
        derandomize=not FULL,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: size(given(**inputs)(test))


@pytest.fixture(scope="session")
def full() -> bool:
    return FULL
