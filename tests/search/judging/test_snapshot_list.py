import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from search.engine import Engine
from search.judging import snapshot_list
from search.judging.snapshot_files import load_snapshot, save_snapshot
from search.judging.snapshot_list import SnapshotLine, list_snapshots
from search.judging.snapshots import Snapshot, take_snapshot


@pytest.fixture(scope="module")
def snapshot(small_engine: Engine) -> Snapshot:
    return take_snapshot(small_engine, {"q": "кит"}, "старый", "small", progress=False)


def test_no_folder_holds_no_snapshots(tmp_path: Path) -> None:
    found = list_snapshots(tmp_path / "нет")
    assert (found.snapshots, found.broken, found.names) == ((), (), [])


def test_the_newest_is_first_and_the_broken_are_apart(tmp_path: Path, snapshot: Snapshot) -> None:
    later = replace(snapshot, name="а-новый", created=snapshot.created + timedelta(seconds=1))
    for taken in (snapshot, later):
        save_snapshot(taken, tmp_path)
    (tmp_path / "битый.json").write_text("{")
    found = list_snapshots(tmp_path)
    assert found.names == ["а-новый", "старый"]
    assert found.snapshots[1] == SnapshotLine(
        name="старый",
        created=snapshot.created,
        set="small",
        queries=1,
        passages=5,
        reranker="data/models/reranker",
        reranker_fingerprint=snapshot.reranker_fingerprint,
    )
    (broken,) = found.broken
    assert broken.name == "битый"
    assert "broken or changed" in broken.error


def test_what_is_gone_by_now_is_left_out_and_what_can_not_be_reached_is_told(
    tmp_path: Path, snapshot: Snapshot
) -> None:
    save_snapshot(snapshot, tmp_path)
    (tmp_path / "пропал.json").symlink_to(tmp_path / "нет")
    (tmp_path / "круг.json").symlink_to(tmp_path / "круг.json")
    found = list_snapshots(tmp_path)
    assert found.names == ["старый"]
    assert [(broken.name, broken.error) for broken in found.broken] == [
        ("круг", f"{tmp_path}: can't be read (Too many levels of symbolic links).")
    ]


def test_a_file_is_read_again_only_when_it_changed(
    tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def load(folder: Path, name: str) -> Snapshot:
        read.append(name)
        return load_snapshot(folder, name)

    monkeypatch.setattr(snapshot_list, "load_snapshot", load)
    file = save_snapshot(snapshot, tmp_path)
    for _ in range(3):
        assert list_snapshots(tmp_path).names == ["старый"]
    assert read == ["старый"]
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("small", "other"), encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert [broken.name for broken in list_snapshots(tmp_path).broken] == ["старый"]
    assert read == ["старый", "старый"]
