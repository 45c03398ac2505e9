"""One run of a program in a process that may be killed or starved.

Forked from a process that holds the imports, so that its whole life is work on files: a moment
drawn from it is not lost on Python's start. Nothing of the program is replaced.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

LONGEST = 120.0
"""Seconds any run may take."""

_FORKS = multiprocessing.get_context("forkserver")
_WARM = "tests.torture.warm"
_FORKS.set_forkserver_preload([_WARM])


class Child:
    """A running `main`; what it says goes to the file `said`."""

    def __init__(self, main: Callable[[], int], said: Path, dies_at: "Step | None" = None) -> None:
        self._said = said
        said.unlink(missing_ok=True)  # killed early, it says nothing: not what the one before said
        self._process = _FORKS.Process(target=_run, args=(main, said, dies_at))
        self._process.start()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.exitcode is None

    def kill(self) -> None:
        """SIGKILL: it runs no line of Python more."""
        self._process.kill()

    def code(self) -> int:
        """Its exit code, negative for a signal, when it has ended."""
        self._process.join(LONGEST)
        if self.running:
            self.kill()
            raise TimeoutError(f"still running after {LONGEST:.0f} s: {self.said()}")
        code = self._process.exitcode
        self._process.close()
        assert code is not None
        return code

    def said(self) -> str:
        """Standard output and error so far."""
        return self._said.read_text(encoding="utf-8") if self._said.exists() else ""

    def steps(self) -> int:
        """How many steps it has made on files, when it was given one to die at and did not."""
        return int(_steps_file(self._said).read_text())


class Step:
    """The n-th time (from 1) that the program opens, makes, renames or removes below a folder.

    0 is never: such a run has counted them all when it ends, see `Child.steps`.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = str(folder)
        self._number = number
        self.seen = 0

    def watch(self) -> None:
        """From now on, end this very process by SIGKILL just before that."""
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" or event.startswith("os."):
            path = arguments[0] if arguments else None
            name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
            if name.startswith(self._folder):
                self.seen += 1
                if self.seen == self._number:
                    os.kill(os.getpid(), signal.SIGKILL)


def _run(main: Callable[[], int], said: Path, dies_at: Step | None) -> None:
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for standard in (1, 2):
        os.dup2(out, standard)
    if _WARM not in sys.modules:
        raise ImportError(f"{_WARM} can't be imported; the server of forks doesn't tell why")
    if dies_at:
        dies_at.watch()
    code = main()
    if dies_at:
        _steps_file(said).write_text(str(dies_at.seen))
    sys.exit(code)


def _steps_file(said: Path) -> Path:
    return said.with_name("steps")
