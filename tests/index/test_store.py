"""A generation on disk: whatever stops a build, one whole index stays in use."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from index.errors import IndexStoreError
from index.store import FORMAT, Manifest, current_generation, file_hashes, new_generation, verify
from search.settings import ROOT

MANIFEST = Manifest(
    format=FORMAT,
    created="2026-01-31T12:00:00+00:00",
    documents=2,
    passages=3,
    window_chars=2000,
    k1=1.2,
    b=0.75,
    corpus_fingerprint="c" * 64,
    analyzer_fingerprint="a" * 64,
    encoder="модели/кодировщик",
    encoder_fingerprint="e" * 64,
    dimension=256,
    files={"passages.jsonl": "0" * 64},
)
TIDY = ["CURRENT", "build.lock", "generations"]
FILES = {"passages.jsonl": b"{}\n", "lexical/terms.json": b'["a"]', "dense/vectors.faiss": b"\0\1"}

BUILD_KILLED_AT_A_SYNC = """
import os, signal, sys
from pathlib import Path
from index.store import new_generation

directory, killed_at = Path(sys.argv[1]), int(sys.argv[2])
calls = 0

def fsync(descriptor):
    global calls
    calls += 1
    if calls == killed_at:
        os.kill(os.getpid(), signal.SIGKILL)

os.fsync = fsync
with new_generation(directory) as generation:
    (generation / "text").write_text("new")
    (generation / "manifest.json").write_text("{}")
"""

BUILD_KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from index.store import new_generation

with new_generation(Path(sys.argv[1])) as generation:
    (generation / "text").write_text("ne")
    os.kill(os.getpid(), signal.SIGKILL)
"""

TRY_TO_BUILD = """
import sys
from pathlib import Path
from index.errors import IndexStoreError
from index.store import new_generation

try:
    with new_generation(Path(sys.argv[1])):
        sys.exit("built")
except IndexStoreError as error:
    print(error)
"""


def build(directory: Path, text: str = "old") -> Path:
    with new_generation(directory) as generation:
        (generation / "text").write_text(text)
        MANIFEST.write(generation)
    return generation


def build_files(directory: Path) -> tuple[Path, Manifest]:
    with new_generation(directory) as generation:
        for name, content in FILES.items():
            (generation / name).parent.mkdir(exist_ok=True)
            (generation / name).write_bytes(content)
        manifest = replace(MANIFEST, files=file_hashes(generation))
        manifest.write(generation)
    return generation, manifest


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def generations(directory: Path) -> list[str]:
    return [folder.name for folder in (directory / "generations").iterdir()]


def test_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    MANIFEST.write(tmp_path)
    assert Manifest.read(tmp_path) == MANIFEST
    fields = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert fields == asdict(MANIFEST)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"[]", "list indices must be integers"),
        (b"{}", "'format'"),
        (b'{"format": 2}', "missing 12 required positional arguments"),
        (b'{"format": 2, "extra": 2}', "unexpected keyword argument 'extra'"),
        (b"\xff\xfe", "can't decode byte 0xff"),
    ],
)
def test_unreadable_manifest_is_told(tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / "manifest.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(IndexStoreError) as caught:
        Manifest.read(tmp_path)
    assert str(caught.value).startswith(f"{file}: unreadable (")
    assert reason in str(caught.value)
    assert str(caught.value).endswith(" Build the index again.")


def test_manifest_of_another_format_is_told(tmp_path: Path) -> None:
    replace(MANIFEST, format=FORMAT + 1).write(tmp_path)
    with pytest.raises(IndexStoreError) as caught:
        Manifest.read(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'manifest.json'}: index format {FORMAT + 1}, this version reads {FORMAT}. "
        "Build the index again, or remove its folder."
    )


def test_missing_or_foreign_directory_is_no_index(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "notes.txt").write_text("мои заметки")
    file = foreign / "notes.txt"
    for directory in (tmp_path / "missing", foreign, file):
        with pytest.raises(IndexStoreError) as caught:
            current_generation(directory)
        assert str(caught.value) == (
            f"{directory}: no index there. Build one: python -m index build CORPUS --to {directory}"
        )
    assert [entry.name for entry in foreign.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["", "gone", "../generations", "/etc", "a/b", "a\0b"])
def test_pointer_to_no_generation_is_told(tmp_path: Path, name: str) -> None:
    build(tmp_path)
    (tmp_path / "CURRENT").write_text(name)
    with pytest.raises(IndexStoreError) as caught:
        current_generation(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: CURRENT names the generation {name!r}, which is not there. "
        "Build the index again."
    )


def test_unreadable_pointer_is_told(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / "CURRENT").write_bytes(b"\xff")
    with pytest.raises(IndexStoreError) as caught:
        current_generation(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'CURRENT'}: unreadable ('utf-8' codec can't")
    assert str(caught.value).endswith(" Build the index again.")


def test_pointer_holds_the_generation_and_its_manifests_hash(tmp_path: Path) -> None:
    generation, _ = build_files(tmp_path)
    command = ["sha256sum", str(generation / "manifest.json")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (tmp_path / "CURRENT").read_text() == f"{generation.name} {printed.split()[0]}"


@pytest.mark.parametrize(
    ("written", "now"),
    [
        (b'"passages": 3', b'"passages": 4'),
        ("кодировщик".encode(), "кодировщит".encode()),
        (b"{", b" {"),
        (b"}", b""),
        (b"", None),
    ],
    ids=["number", "letter", "space", "end", "missing"],
)
def test_missing_or_changed_manifest_is_told(
    tmp_path: Path, written: bytes, now: bytes | None
) -> None:
    generation, _ = build_files(tmp_path)
    file = generation / "manifest.json"
    if now is None:
        file.unlink()
    else:
        content = file.read_bytes()
        assert written in content
        file.write_bytes(content.replace(written, now, 1))
    with pytest.raises(IndexStoreError) as caught:
        current_generation(tmp_path)
    assert str(caught.value) == (
        f"{file}: missing or changed since it was built. Build the index again."
    )
    after = build(tmp_path, "after")
    assert current_generation(tmp_path) == after


@pytest.mark.parametrize("manifest_hash", ["", " ", " " + "0" * 64])
def test_pointer_without_the_manifests_hash_is_told(tmp_path: Path, manifest_hash: str) -> None:
    generation = build(tmp_path)
    (tmp_path / "CURRENT").write_text(generation.name + manifest_hash)
    with pytest.raises(IndexStoreError) as caught:
        current_generation(tmp_path)
    assert str(caught.value) == (
        f"{generation / 'manifest.json'}: missing or changed since it was built. "
        "Build the index again."
    )


def test_build_without_a_manifest_leaves_the_old_generation(tmp_path: Path) -> None:
    old = build(tmp_path)
    with pytest.raises(IndexStoreError) as caught, new_generation(tmp_path) as generation:
        (generation / "text").write_text("new")
    assert str(caught.value) == (
        f"{tmp_path}: the build stopped (No such file or directory); the index before it is still "
        "in use. Make room or choose another directory."
    )
    assert current_generation(tmp_path) == old
    assert generations(tmp_path) == [old.name]


@pytest.mark.parametrize("content", [b"gone", b"", b"..", b"\xff"])
def test_index_with_a_broken_pointer_is_built_again(tmp_path: Path, content: bytes) -> None:
    build(tmp_path)
    (tmp_path / "CURRENT").write_bytes(content)
    generation = build(tmp_path, "new")
    assert current_generation(tmp_path) == generation
    assert generations(tmp_path) == [generation.name]


def test_new_generation_replaces_the_one_before(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b"
    old = build(directory)
    assert current_generation(directory) == old
    new = build(directory, "new")
    assert new != old
    assert current_generation(directory) == new
    assert (new / "text").read_text() == "new"
    assert generations(directory) == [new.name]
    assert sorted(entry.name for entry in directory.iterdir()) == TIDY


def test_old_generation_is_in_use_until_the_build_ends(tmp_path: Path) -> None:
    old = build(tmp_path)
    with new_generation(tmp_path) as generation:
        (generation / "text").write_text("new")
        MANIFEST.write(generation)
        assert current_generation(tmp_path) == old
        assert (old / "text").read_text() == "old"
    assert current_generation(tmp_path) == generation


@pytest.mark.parametrize("error", [ValueError("строка"), KeyboardInterrupt(), SystemExit(3)])
def test_build_that_fails_leaves_the_old_generation_and_no_debris(
    tmp_path: Path, error: BaseException
) -> None:
    old = build(tmp_path)
    with pytest.raises(type(error)) as caught, new_generation(tmp_path) as generation:
        (generation / "text").write_text("ne")
        raise error
    assert caught.value is error
    assert current_generation(tmp_path) == old
    assert generations(tmp_path) == [old.name]


def test_first_build_that_fails_leaves_no_index(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="строка"), new_generation(tmp_path):
        raise ValueError("строка")
    assert generations(tmp_path) == []
    with pytest.raises(IndexStoreError, match="no index there"):
        current_generation(tmp_path)


def test_disk_error_is_told_and_leaves_the_old_generation(tmp_path: Path) -> None:
    old = build(tmp_path)
    with pytest.raises(IndexStoreError) as caught, new_generation(tmp_path):
        raise OSError(28, os.strerror(28))
    assert str(caught.value) == (
        f"{tmp_path}: the build stopped (No space left on device); the index before it is still "
        "in use. Make room or choose another directory."
    )
    assert current_generation(tmp_path) == old
    assert generations(tmp_path) == [old.name]


def test_build_killed_at_any_sync_leaves_a_whole_index(tmp_path: Path) -> None:
    found = []
    for killed_at in range(1, 20):
        directory = tmp_path / str(killed_at)
        old = build(directory)
        ended = run(BUILD_KILLED_AT_A_SYNC, directory, killed_at)
        current = current_generation(directory)
        text = (current / "text").read_text()
        assert text == ("old" if current == old else "new")
        found.append(text)
        after = build(directory, "after")
        assert generations(directory) == [after.name]
        assert sorted(entry.name for entry in directory.iterdir()) == TIDY
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    olds = found.count("old")
    assert found == ["old"] * olds + ["new"] * (len(found) - olds)
    assert olds > 0 and ended.returncode == 0 and found[-1] == "new"


def test_everything_is_synced_before_and_after_the_swap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = tmp_path / "CURRENT"
    synced: dict[bool, set[int]] = {False: set(), True: set()}
    sync = os.fsync

    def recorded_sync(descriptor: int) -> None:
        synced[pointer.exists()].add(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded_sync)
    generation, _ = build_files(tmp_path)
    written = [*generation.rglob("*"), generation, pointer]
    assert {path.name for path in written if path.stat().st_ino not in synced[False]} == set()
    assert tmp_path.stat().st_ino in synced[True]


def test_debris_of_a_killed_build_goes_with_the_next(tmp_path: Path) -> None:
    old = build(tmp_path)
    assert run(BUILD_KILLED_WHILE_WRITING, tmp_path).returncode == -signal.SIGKILL
    assert current_generation(tmp_path) == old
    assert (old / "text").read_text() == "old"
    assert len(generations(tmp_path)) == 2
    with new_generation(tmp_path) as after:
        assert sorted(generations(tmp_path)) == sorted([old.name, after.name])
        MANIFEST.write(after)
    assert generations(tmp_path) == [after.name]


def test_second_build_at_once_is_refused(tmp_path: Path) -> None:
    refusal = f"{tmp_path}: another build is running. Wait for it."
    with new_generation(tmp_path) as generation:
        (generation / "text").write_text("first")
        MANIFEST.write(generation)
        with pytest.raises(IndexStoreError) as caught, new_generation(tmp_path):
            pytest.fail("two builds at once")
        assert str(caught.value) == refusal
        other = run(TRY_TO_BUILD, tmp_path)
        assert (other.returncode, other.stdout.strip()) == (0, refusal), other.stderr
    assert current_generation(tmp_path) == generation
    assert (generation / "text").read_text() == "first"
    assert generations(tmp_path) == [generation.name]


@pytest.mark.parametrize(
    ("below", "reason"), [("", "File exists|Not a directory"), ("index", "Not a directory")]
)
def test_target_that_can_not_be_written_is_told(tmp_path: Path, below: str, reason: str) -> None:
    file = tmp_path / "file"
    file.write_text("не папка")
    with pytest.raises(IndexStoreError, match=reason) as caught, new_generation(file / below):
        pytest.fail("built below a regular file")
    assert str(caught.value).startswith(f"{file / below}: can't be written (")
    assert str(caught.value).endswith("). Choose another directory.")
    assert file.read_text() == "не папка"


def test_hashes_name_every_file_but_the_manifest(tmp_path: Path) -> None:
    generation, manifest = build_files(tmp_path)
    assert manifest.files.keys() == FILES.keys()
    for name in FILES:
        command = ["sha256sum", str(generation / name)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert printed.split()[0] == manifest.files[name]


def test_untouched_generation_is_verified(tmp_path: Path) -> None:
    generation, manifest = build_files(tmp_path)
    verify(generation, manifest)
    assert Manifest.read(generation) == manifest


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("position", [0, -1])
def test_changed_byte_is_named(tmp_path: Path, name: str, position: int) -> None:
    generation, manifest = build_files(tmp_path)
    content = bytearray(FILES[name])
    content[position] ^= 1
    (generation / name).write_bytes(content)
    changed = file_hashes(generation)[name]
    with pytest.raises(IndexStoreError) as caught:
        verify(generation, manifest)
    assert str(caught.value) == (
        f"{generation / name}: changed since it was built (SHA-256 {changed[:12]}… is not "
        f"{manifest.files[name][:12]}…). Build the index again."
    )


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_named(tmp_path: Path, name: str) -> None:
    generation, manifest = build_files(tmp_path)
    (generation / name).unlink()
    with pytest.raises(IndexStoreError) as caught:
        verify(generation, manifest)
    assert str(caught.value) == f"{generation / name}: missing. Build the index again."


def test_unlisted_file_is_named(tmp_path: Path) -> None:
    generation, manifest = build_files(tmp_path)
    file = generation / "lexical" / "extra.pickle"
    file.write_bytes(b"")
    with pytest.raises(IndexStoreError) as caught:
        verify(generation, manifest)
    assert str(caught.value) == f"{file}: not part of this index. Remove it."


def test_manifest_from_before_shortlists_tells_of_an_exact_search(tmp_path: Path) -> None:
    fields = asdict(MANIFEST)
    del fields["dense_search"], fields["dense_recall"]
    (tmp_path / "manifest.json").write_text(json.dumps(fields), encoding="utf-8")
    assert Manifest.read(tmp_path) == MANIFEST
    assert (MANIFEST.dense_search, MANIFEST.dense_recall) == ("exact, fp16", 1)
