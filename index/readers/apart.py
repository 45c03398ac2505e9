"""A file is read in a process apart, which a time and a memory limit end, and this one never.

A PDF can keep its reader busy for hours and a small archive can hold gigabytes of XML. The process
waits for the next file afterwards; one that had to be ended is replaced by a new one.
"""

import json
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.errors import CorpusError, EmptyCorpusError
from index.readers.content import Content

SECONDS = 120.0
"""2,000 pages take about a minute."""
MEMORY_BYTES = 1_000_000_000
REQUEST = struct.Struct("<8sQ")
"""Suffix of the file, count of the bytes that follow."""

_ROOT = Path(__file__).resolve().parent.parent.parent
_idle: list[subprocess.Popen[bytes]] = []


def content_apart(suffix: str, data: bytes, seconds: float = SECONDS) -> Content:
    """What the reader of this suffix makes of a file's bytes; raises `CorpusError` as it does.

    Also for a file that takes more than `seconds` or `MEMORY_BYTES`.
    """
    try:
        while (process := _idle.pop()).poll() is not None:  # ended meanwhile, as for its memory
            _end(process)
    except IndexError:
        process = _started()
    watch = threading.Timer(seconds, process.kill)
    watch.start()
    try:
        answer = _answer(process, suffix, data)
    except (OSError, ValueError) as error:
        _end(process)
        raise CorpusError(
            f"more than {seconds:.0f} s or {MEMORY_BYTES // 1_000_000} MB are needed to read it. "
            "Split the document, or save its text as .txt."
        ) from error
    finally:
        watch.cancel()
    _idle.append(process)
    if why := answer.get("error"):
        raise (EmptyCorpusError if answer["empty"] else CorpusError)(why)
    return Content(answer["title"], answer["text"])


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "index.readers"],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for this process: that one ends with its input
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe:
                pipe.close()
    process.wait()


def _answer(process: subprocess.Popen[bytes], suffix: str, data: bytes) -> dict[str, Any]:
    """Raises OSError or ValueError when the process ended instead."""
    asked, told = process.stdin, process.stdout
    if asked is None or told is None:
        raise ValueError("no pipes")
    asked.write(REQUEST.pack(suffix.encode(), len(data)) + data)
    asked.flush()
    answer: dict[str, Any] = json.loads(told.readline())
    return answer
