"""Where an operation is run again and again from one state before."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path

from tests.torture.child import Child, Step
from tests.torture.operation import Broken, Operation


@dataclass(frozen=True)
class Workshop:
    """The operation works on `home`, a copy of the state before."""

    operation: Operation
    pristine: Path
    home: Path

    def renew(self) -> None:
        """The state before again."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.pristine, self.home)

    def start(self, dies_at: int | None = None) -> Child:
        """The operation in a process of its own; killed at its n-th step on files (0: counted)."""
        step = None if dies_at is None else Step(self.home, dies_at)
        run = partial(self.operation.run, self.home)
        return Child(run, self.pristine.with_name("said"), step)

    def next_start(self, state: str, said: str) -> str:
        """Run it again to its end; what is in use then.

        `state` is what the run before has left in use, `said` what it had acknowledged. Raises
        `Broken` when it ends in another way than it should and for a file that was left.
        """
        child = self.start()
        code = child.code()
        if code != self.operation.ends_with(state):
            raise Broken(f"the next start ended with {code}: {child.said()[-500:]}")
        if strays := self.operation.strays(self.home):
            raise Broken(f"the next start left {sorted(strays)}")
        return self.operation.check(self.home, said + child.said())


@contextmanager
def workshop(operation: Operation, home: Path | None = None) -> Iterator[Workshop]:
    """Make the state before; it all goes at the end. `home` lies elsewhere when that is given."""
    with tempfile.TemporaryDirectory() as name:
        pristine = Path(name) / "pristine"
        pristine.mkdir()
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            operation.prepare(pristine)
        yield Workshop(operation, pristine, home or Path(name) / "home")
