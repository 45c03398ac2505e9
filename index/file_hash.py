"""The SHA-256 by which a file of an index or a model is known."""

import hashlib
from pathlib import Path


def file_hash(file: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; raises OSError for one that can't be read."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
