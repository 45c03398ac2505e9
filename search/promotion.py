"""Which reranker is in service: a history of promotions that can be rolled back.

The file holds a JSON object a line, only ever added to; replaying it tells what is in service:
a promotion goes on top, a rollback takes the top away. Below all is the embedded reranker. A last
line without its line break was torn off while it was written: it never happened.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from index.errors import ModelError
from index.file_hash import file_hash

WEIGHTS = "*.safetensors"


@dataclass(frozen=True, slots=True)
class Promotion:
    """A reranker put into service; its weights' SHA-256 tells whether the folder was changed."""

    reranker: str
    sha256: str
    note: str
    time: str


def promote(file: Path, reranker: Path, note: str = "") -> Promotion:
    """Put the model folder `reranker` into service for what starts from now on.

    Raises `ModelError` for a folder without weights and a file that can't be written.
    """
    promotion = Promotion(
        str(reranker.resolve()),
        weights_hash(reranker),
        note,
        datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with _locked(file) as stream:
        _append(stream, asdict(promotion))
    return promotion


def roll_back(file: Path) -> Promotion:
    """Take the reranker in service out of it; returns it. Raises `ModelError` when none is."""
    with _locked(file) as stream:
        current = history(file)
        if not current:
            raise ModelError("No reranker was promoted: the embedded one is in service already.")
        _append(stream, {"rollback": datetime.now(UTC).isoformat(timespec="seconds")})
    return current[-1]


def in_service(file: Path) -> Promotion | None:
    """The promoted reranker, None for the embedded one.

    Raises `ModelError` when its folder is gone or its weights are no longer those promoted.
    """
    current = history(file)
    if not current:
        return None
    promotion = current[-1]
    if weights_hash(Path(promotion.reranker)) != promotion.sha256:
        raise ModelError(
            f"{promotion.reranker}: the weights have changed since they were promoted. Promote "
            "them again or run python -m search model rollback."
        )
    return promotion


def history(file: Path) -> list[Promotion]:
    """What a rollback would go through, the reranker in service last."""
    stack: list[Promotion] = []
    try:
        content = file.read_bytes() if file.exists() else b""
        whole = _whole_lines(content)
        if _goes_on(content[len(whole) :]):
            raise ValueError("the last line ends in something else than a line break")
        for line in whole.split(b"\n")[:-1]:
            row = json.loads(line)
            if "rollback" in row:
                stack.pop()
            else:
                promotion = Promotion(**row)
                if not all(type(value) is str for value in row.values()):
                    raise TypeError("a field is no text")
                stack.append(promotion)
    except (OSError, ValueError, TypeError, IndexError, RecursionError) as error:
        raise ModelError(
            f"{file}: can't be read as a history of promotions ({error}). Mend or remove it; "
            "without it the embedded reranker is in service."
        ) from error
    return stack


@contextmanager
def _locked(file: Path) -> Iterator[BinaryIO]:
    """The file to add to; other programs that want to change it wait."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield stream
    except OSError as error:
        raise ModelError(
            f"{file}: can't be written ({error.strerror}). Nothing changed; make room or check "
            "the folder."
        ) from error


def _append(stream: BinaryIO, row: dict[str, str]) -> None:
    """Add a line in place of a torn one, which a line break would make a broken or a valid one."""
    stream.seek(0)
    stream.truncate(len(_whole_lines(stream.read())))
    stream.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    stream.flush()
    os.fsync(stream.fileno())


def _goes_on(line: bytes) -> bool:
    """Whether something follows its object: it wasn't torn off but damaged."""
    text = line.decode("utf-8", "replace")
    try:
        return json.JSONDecoder().raw_decode(text)[1] < len(text)
    except (ValueError, RecursionError):
        return False


def _whole_lines(content: bytes) -> bytes:
    return content[: content.rfind(b"\n") + 1]


def weights_hash(folder: Path) -> str:
    """SHA-256 of a model folder's weights; raises `ModelError` when there are none."""
    files = sorted(folder.glob(WEIGHTS))
    if not files:
        raise ModelError(
            f"{folder}: no model weights ({WEIGHTS}) there. Give the folder that "
            "python -m search train reranker wrote, or run python -m search model rollback."
        )
    digest = hashlib.sha256()
    for file in files:
        digest.update(bytes.fromhex(file_hash(file)))
    return digest.hexdigest()
