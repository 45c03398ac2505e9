"""A small disk of its own (tmpfs) that can be full to the byte, without inodes, or read-only.

Everything written to it meets the kernel's own ENOSPC and EROFS, SQLite and safetensors too.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE = 4096
"""What tmpfs counts in, bytes."""
ROOMY = 64 * 2**20
"""Bytes of a disk that isn't full."""
_MANY_FILES = 10_000


class NoDiskError(RuntimeError):
    """This user may not mount anything here."""


class SmallDisk:
    """Mounted at `place`."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def leave(self, pages: int) -> None:
        """Leave room for so many pages more."""
        self._mount(f"remount,rw,size={(self.used()[0] + pages) * PAGE}")

    def leave_files(self, count: int) -> None:
        """Leave room for so many files and folders more, each of any size."""
        self._mount(f"remount,rw,nr_inodes={self.used()[1] + count}")

    def read_only(self) -> None:
        """Refuse every change, root's too."""
        self._mount("remount,ro")

    def make_room(self) -> None:
        """As it was at first."""
        self._mount(f"remount,rw,size={ROOMY},nr_inodes={_MANY_FILES}")

    def used(self) -> tuple[int, int]:
        """Pages and files."""
        found = os.statvfs(self.place)
        return found.f_blocks - found.f_bfree, found.f_files - found.f_ffree

    def _mount(self, options: str) -> None:
        _mount(options, self.place)


@contextmanager
def small_disk(place: Path) -> Iterator[SmallDisk]:
    """Mount one at the folder `place` for a while; raises `NoDiskError` where one may not."""
    _mount(f"size={ROOMY},nr_inodes={_MANY_FILES}", place)
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _mount(options: str, place: Path) -> None:
    """By the system's `mount`."""
    command = ["mount", "-t", "tmpfs", "-o", options, "torture", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise NoDiskError(f"no small disk can be mounted: {said.strip()}") from error
