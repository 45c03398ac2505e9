"""Arrays and names of a generation, opened as what they must be: no pickle, no other shape."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexStoreError, reason


def open_array(file: Path, kind: type[np.generic], length: int | None = None) -> NDArray[Any]:
    """The memory-mapped array of a .npy file, of shape (length,) (None: any length).

    Raises `IndexStoreError` for a file that is none, and for another dtype or shape.
    """
    try:
        array = np.lib.format.open_memmap(file, mode="r")
    except Exception as error:  # numpy lets whatever a damaged header causes through
        raise IndexStoreError(
            f"{file}: no array ({reason(error)}). Build the index again."
        ) from error
    if array.dtype != kind or array.ndim != 1 or len(array) != (length or len(array)):
        raise IndexStoreError(
            f"{file}: an array {array.dtype} {array.shape}, expected {np.dtype(kind)} "
            f"({'any' if length is None else length},). Build the index again."
        )
    return array


def open_names(file: Path) -> list[str]:
    """The names of a JSON list; raises `IndexStoreError` for a file that is none."""
    try:
        names = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise IndexStoreError(f"{file}: unreadable ({error}). Build the index again.") from error
    if not isinstance(names, list) or not all(type(name) is str for name in names):
        raise IndexStoreError(f"{file}: no list of names. Build the index again.")
    return names


def check(fits: bool, file: Path) -> None:
    """Raise `IndexStoreError` naming the file unless its content fits the others'."""
    if not fits:
        raise IndexStoreError(
            f"{file}: its content doesn't fit the other files of the index. Build the index again."
        )
