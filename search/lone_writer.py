"""Files written beside and moved into place: by one program at a time in a folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def lone_writer(folder: Path, drafts: str) -> Iterator[None]:
    """Wait until nobody else writes there; so `drafts` (a glob) of a killed program can go.

    Raises OSError when the folder can't be opened or changed.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for left in folder.glob(drafts):
            left.unlink()
        yield
    finally:
        os.close(descriptor)
