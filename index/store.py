"""A generation on disk: built beside the old one, synced, then swapped in by one rename.

::

    DIR/CURRENT                 generation in use and its manifest's SHA-256 (replaced atomically)
    DIR/generations/<name>/     manifest.json, passages.jsonl, offsets.npy, lexical/, dense/

The manifest names what the index was built from (fingerprints of corpus, analyzer and encoder)
and the SHA-256 of every file. A build that fails or is killed leaves the old generation in use;
its debris goes with the next build.
"""

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from index.errors import IndexStoreError
from index.file_hash import file_hash

FORMAT = 2
_CURRENT = "CURRENT"
_GENERATIONS = "generations"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and what it was built with."""

    format: int
    created: str
    documents: int
    passages: int
    window_chars: int
    k1: float
    b: float
    corpus_fingerprint: str
    analyzer_fingerprint: str
    encoder: str
    encoder_fingerprint: str
    dimension: int
    files: dict[str, str]
    """Relative path -> SHA-256 of every file but the manifest."""
    dense_search: str = "exact, fp16"
    dense_recall: float = 1.0
    """Recall@100 against the exact search, of a sentence each of some passages, at the build."""

    @classmethod
    def read(cls, generation: Path) -> Self:
        """Read manifest.json; raises `IndexStoreError` when it is missing or not ours."""
        file = generation / "manifest.json"
        try:
            return cls.parse(file.read_text(encoding="utf-8"), file)
        except (OSError, ValueError) as error:
            raise IndexStoreError(
                f"{file}: unreadable ({error}). Build the index again."
            ) from error

    @classmethod
    def parse(cls, content: str, place: object) -> Self:
        """From what `as_json` made; raises `IndexStoreError`, which names `place`."""
        try:
            fields = json.loads(content)
            if fields["format"] != FORMAT:
                raise IndexStoreError(
                    f"{place}: index format {fields['format']}, this version reads {FORMAT}. "
                    "Build the index again, or remove its folder."
                )
            for field in dataclass_fields(cls):
                if field.name in fields and not _fits(fields[field.name], field.type):
                    raise TypeError(f"{field.name} is {fields[field.name]!r}")
            return cls(**fields)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise IndexStoreError(
                f"{place}: unreadable ({error}). Build the index again."
            ) from error

    def write(self, generation: Path) -> None:
        """Write manifest.json."""
        (generation / "manifest.json").write_text(self.as_json(), encoding="utf-8")

    def as_json(self) -> str:
        """What `parse` reads."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


def _fits(value: object, kind: object) -> bool:
    """Whether a value read is of a field's type."""
    if kind in (str, int):
        return type(value) is kind
    if kind is float:
        return type(value) in (int, float)
    return isinstance(value, dict) and all(type(held) is str for held in value.values())


def current_generation(directory: Path) -> Path:
    """The generation in use; raises `IndexStoreError` when the directory is no (whole) index."""
    try:
        name, _, manifest_hash = (directory / _CURRENT).read_text(encoding="utf-8").partition(" ")
        generation = directory / _GENERATIONS / name
        found = bool(name) and Path(name).name == name and generation.is_dir()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexStoreError(
            f"{directory}: no index there. Build one: python -m index build CORPUS --to {directory}"
        ) from error
    except (OSError, ValueError) as error:
        raise IndexStoreError(
            f"{directory / _CURRENT}: unreadable ({error}). Build the index again."
        ) from error
    if not found:
        raise IndexStoreError(
            f"{directory}: {_CURRENT} names the generation {name!r}, which is not there. "
            "Build the index again."
        )
    manifest = generation / "manifest.json"
    if not manifest.is_file() or file_hash(manifest) != manifest_hash.strip():
        raise IndexStoreError(
            f"{manifest}: missing or changed since it was built. Build the index again."
        )
    return generation


def is_older(directory: Path) -> bool:
    """Whether the index of `directory` has a format from before this version's.

    Raises `IndexStoreError` as `current_generation` does.
    """
    manifest = current_generation(directory) / "manifest.json"
    try:
        return bool(json.loads(manifest.read_text(encoding="utf-8"))["format"] < FORMAT)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise IndexStoreError(
            f"{manifest}: unreadable ({error}). Build the index again."
        ) from error


@contextmanager
def new_generation(directory: Path) -> Iterator[Path]:
    """A fresh folder to build in; becomes the current generation when the block succeeds.

    Raises `IndexStoreError` when `directory` can't be written or another build is running.
    """
    try:
        (directory / _GENERATIONS).mkdir(parents=True, exist_ok=True)
        lock = (directory / "build.lock").open("w")
    except OSError as error:
        raise IndexStoreError(
            f"{directory}: can't be written ({error.strerror}). Choose another directory."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexStoreError(f"{directory}: another build is running. Wait for it.") from error
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
        generation = directory / _GENERATIONS / name
        try:
            _remove_all_but_current(directory)
            generation.mkdir()
            yield generation
            _sync(generation)
            _point_to(directory, name)
        except OSError as error:
            why = error.strerror or f"not all could be written: {error}"  # numpy's, of a full disk
            raise IndexStoreError(
                f"{directory}: the build stopped ({why}); the index before it is still in use. "
                "Make room or choose another directory."
            ) from error
        finally:  # by what CURRENT says: an error may come when the new one is in use already
            with suppress(OSError):
                _remove_all_but_current(directory)


def file_hashes(generation: Path) -> dict[str, str]:
    """{relative path: SHA-256} of every file of a generation but its manifest."""
    files = [
        path for path in generation.rglob("*") if path.is_file() and path.name != "manifest.json"
    ]
    files.sort(key=lambda path: -path.stat().st_size)  # so that no thread is left with the longest
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        hashes = threads.map(file_hash, files)
    names = (path.relative_to(generation).as_posix() for path in files)
    return dict(sorted(zip(names, hashes, strict=True)))


def verify(generation: Path, manifest: Manifest) -> None:
    """Raise `IndexStoreError` naming the first file that is missing, changed or unlisted."""
    found = file_hashes(generation)
    for name in sorted(manifest.files.keys() | found.keys()):
        if name not in found:
            raise IndexStoreError(f"{generation / name}: missing. Build the index again.")
        if name not in manifest.files:
            raise IndexStoreError(f"{generation / name}: not part of this index. Remove it.")
        if found[name] != manifest.files[name]:
            raise IndexStoreError(
                f"{generation / name}: changed since it was built (SHA-256 {found[name][:12]}… is "
                f"not {manifest.files[name][:12]}…). Build the index again."
            )


def _sync(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder, folder.parent]:
        _sync_one(path)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _point_to(directory: Path, name: str) -> None:
    manifest_hash = file_hash(directory / _GENERATIONS / name / "manifest.json")
    fresh = directory / f"{_CURRENT}.new"
    fresh.write_text(f"{name} {manifest_hash}", encoding="utf-8")
    _sync_one(fresh)
    fresh.replace(directory / _CURRENT)
    _sync_one(directory)


def _remove_all_but_current(directory: Path) -> None:
    current = directory / _CURRENT
    content = current.read_text(encoding="utf-8", errors="replace") if current.is_file() else ""
    keep = content.partition(" ")[0]
    (directory / f"{_CURRENT}.new").unlink(missing_ok=True)
    for generation in (directory / _GENERATIONS).iterdir():
        if generation.name != keep:
            shutil.rmtree(generation, ignore_errors=True)
