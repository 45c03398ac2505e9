"""The real app in a process of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from search.settings import ROOT, Settings

START_SECONDS = 120


@dataclass(frozen=True)
class RunningApp:
    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def app_process(settings: Mapping[str, str], folder: Path = ROOT) -> Iterator[str]:
    """Serve the page of `folder` on a free port, `settings` in its environment; yields its URL."""
    with running_app(settings, folder) as app:
        yield app.url


@contextmanager
def running_app(
    settings: Mapping[str, str], folder: Path = ROOT, log: int | None = None
) -> Iterator[RunningApp]:
    """As `app_process`, with the process, for who ends it or looks at what it takes.

    `log` is a file descriptor for its log; None: ours.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "GRADIO_SERVER_PORT": str(port),
        "HF_HUB_OFFLINE": "1",
        "RERANKER": Settings().reranker.replace(str(ROOT), str(folder)),
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=folder, env=environment, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield RunningApp(url, process)
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"app.py ended with code {process.returncode} before it served")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"app.py did not answer within {START_SECONDS} s")
