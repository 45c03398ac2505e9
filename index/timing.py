"""How long the stages of a walk take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Write the seconds that the block took to `seconds[stage]`."""
    start = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - start
