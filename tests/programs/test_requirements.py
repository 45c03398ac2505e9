"""Every requirement is pinned, and what `make` installs is what they say, file by file hashed."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from search.settings import ROOT

LOCKS = ROOT / "locks"
LOCKED = {
    "requirements.txt": "runtime.txt",
    "requirements-training.txt": "tests.txt",
    "requirements-milvus.txt": "tests.txt",
    "tests/requirements.txt": "tests.txt",
    "locks/requirements.txt": "tools.txt",
} | {
    path.relative_to(ROOT).as_posix(): f"{path.parent.name}.txt"
    for path in ROOT.glob("tests/*/requirements.txt")
}


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a requirements file or a lock; of a lock some are for one Python only."""

    name: str
    version: str
    hashes: frozenset[str]


def pins(file: Path) -> list[Pin]:
    """All of a file, which may hold nothing else but comments, other files and an index."""
    lines = file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    found = []
    for line in lines:
        said = line.partition("#")[0].strip()
        if not said or said.startswith(("-r ", "--extra-index-url ")):
            continue
        match = re.fullmatch(
            r"([a-z0-9-]+)(?:\[[a-z,]+\])?==([\w.+]+)(?: ;.*?)?((?: +--hash=\S+)*)", said
        )
        assert match, f"{file}: {said!r} is no pin"
        hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})(?= |$)", match[3]))
        found.append(Pin(match[1], match[2], hashes))
    return found


def versions(name: str) -> dict[str, set[str]]:
    """{package: its versions} of a lock; torch is in a file of its own."""
    found: dict[str, set[str]] = {}
    for pin in [*pins(LOCKS / name), *pins(LOCKS / "torch.txt")]:
        found.setdefault(pin.name, set()).add(pin.version.removesuffix("+cpu"))
    return found


def test_every_requirements_file_has_a_lock_and_every_lock_one() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("requirements*.txt")}
    assert found <= LOCKED.keys()
    named = {*LOCKED.values(), "torch.txt", "requirements.txt"}
    assert {path.name for path in LOCKS.glob("*.txt")} == named


@pytest.mark.parametrize("file", LOCKED)
def test_what_is_required_is_locked(file: str) -> None:
    """Fails when somebody changed a requirements file without `make lock`."""
    locked = versions(LOCKED[file])
    assert {pin.name: {pin.version} for pin in pins(ROOT / file)}.items() <= locked.items(), (
        "run `make lock` (torch: edit locks/torch.txt and pyproject.toml)"
    )


@pytest.mark.parametrize("lock", sorted({*LOCKED.values(), "torch.txt"}))
def test_every_package_of_a_lock_is_hashed(lock: str) -> None:
    assert [pin.name for pin in pins(LOCKS / lock) if not pin.hashes] == []


def test_what_runs_is_what_is_tested() -> None:
    assert versions("runtime.txt").items() <= versions("tests.txt").items()


def test_what_is_installed_over_the_tests_changes_none_of_their_versions() -> None:
    tested = versions("tests.txt")
    for lock in set(LOCKED.values()) - {"tools.txt"}:
        assert versions(lock).items() <= (versions(lock) | tested).items()


def test_no_lock_brings_cuda() -> None:
    for lock in LOCKED.values():
        assert not [name for name in versions(lock) if re.match("nvidia|cuda|triton", name)]


def test_make_and_the_image_install_from_locks_only() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    installs = re.findall(r"pip install[^&\n]*", makefile + dockerfile)
    assert len(installs) == 4
    assert [line for line in installs if "--require-hashes" not in line] == []


def test_torchs_dependencies_are_told_of_the_version_in_use() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (told,) = re.findall(r'name = "torch"\nversion = "(.+)"', pyproject)
    assert versions("runtime.txt")["torch"] == {told}
