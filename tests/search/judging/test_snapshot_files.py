import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.errors import JudgingError
from search.judging.snapshot_files import (
    check_free,
    load_snapshot,
    save_snapshot,
    snapshot_names,
)
from search.judging.snapshots import IndexIdentity, RankedPassage, Snapshot

SNAPSHOT = Snapshot(
    name="до-правки",
    created=datetime(2025, 11, 24, 4, 13, 7, tzinfo=UTC),
    set="demo",
    settings={"rrf_k": 10, "dense_weight": 0.5, "device": ""},
    index=IndexIdentity("c" * 64, "a" * 64, "e" * 64, "data/models/encoder", 2, 1000, 1.2, 0.75),
    reranker="data/models/reranker",
    reranker_fingerprint="f" * 64,
    queries={"q1": "чем питается кит", "q2": "бегемот"},
    stages={
        "bm25": {"q1": (RankedPassage("кит#2", "кит", 1 / 3),), "q2": ()},
        "reranked": {
            "q1": (RankedPassage("кит#2", "кит", -1e-17), RankedPassage("чай", "чай", None)),
            "q2": (),
        },
    },
)


def file_of(folder: Path) -> Path:
    return save_snapshot(SNAPSHOT, folder)


def test_what_is_read_is_what_was_saved(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "snapshots"
    file = save_snapshot(SNAPSHOT, folder)
    assert file == folder / "до-правки.json"
    assert load_snapshot(folder, "до-правки") == SNAPSHOT
    assert [path.name for path in folder.iterdir()] == ["до-правки.json"]


def test_ids_that_utf8_has_no_place_for_survive(tmp_path: Path) -> None:
    odd = replace(SNAPSHOT, queries={"q\ud800": "кит"}, stages={"bm25": {"q\ud800": ()}})
    save_snapshot(odd, tmp_path)
    assert load_snapshot(tmp_path, odd.name) == odd


def test_a_taken_name_is_an_error_and_the_first_stays(tmp_path: Path) -> None:
    file = save_snapshot(SNAPSHOT, tmp_path)
    before = file.read_bytes()
    with pytest.raises(JudgingError, match="a snapshot 'до-правки' already. Choose another name"):
        save_snapshot(replace(SNAPSHOT, set="other"), tmp_path)
    with pytest.raises(JudgingError, match="already"):
        check_free(tmp_path, "до-правки")
    check_free(tmp_path, "после")
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["до-правки.json"]


def test_of_many_savers_at_once_one_wins_and_its_file_is_whole(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def save(number: int) -> int | None:
        together.wait()
        try:
            save_snapshot(replace(SNAPSHOT, set=f"set{number}"), tmp_path)
        except JudgingError:
            return None
        return number

    with ThreadPoolExecutor(8) as threads:
        winners = [number for number in threads.map(save, range(8)) if number is not None]
    assert len(winners) == 1
    assert load_snapshot(tmp_path, SNAPSHOT.name).set == f"set{winners[0]}"


@pytest.mark.parametrize("name", ["", ".a", "a/b", "../a", "a b", "а" * 61, "a\n", "a\0"])
def test_a_name_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    for attempt in (
        lambda: save_snapshot(replace(SNAPSHOT, name=name), tmp_path),
        lambda: load_snapshot(tmp_path, name),
        lambda: check_free(tmp_path, name),
    ):
        with pytest.raises(JudgingError, match="can't name a snapshot: use up to 60 letters"):
            attempt()
    assert list(tmp_path.iterdir()) == []


def test_the_longest_name_fits_a_file_system(tmp_path: Path) -> None:
    longest = replace(SNAPSHOT, name="𐌰" * 60)
    save_snapshot(longest, tmp_path)
    assert load_snapshot(tmp_path, longest.name) == longest


def test_names_are_sorted_and_other_files_are_no_snapshots(tmp_path: Path) -> None:
    assert snapshot_names(tmp_path / "none") == []
    for name in ("b", "a.2", "ж"):
        save_snapshot(replace(SNAPSHOT, name=name), tmp_path)
    for other in ("notes.txt", ".hidden.json", "two words.json", "tmp123.new"):
        (tmp_path / other).write_text("{}")
    assert snapshot_names(tmp_path) == ["a.2", "b", "ж"]


def test_a_missing_snapshot_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(JudgingError, match=r"no snapshot 'x'. Choose one that is there \(none\)"):
        load_snapshot(tmp_path, "x")
    save_snapshot(SNAPSHOT, tmp_path)
    with pytest.raises(JudgingError, match=r"there \(до-правки\)"):
        load_snapshot(tmp_path, "x")


def test_a_file_cut_anywhere_is_named(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    whole = file.read_bytes().rstrip()
    for length in range(0, len(whole), 7):
        file.write_bytes(whole[:length])
        with pytest.raises(JudgingError) as error:
            load_snapshot(tmp_path, SNAPSHOT.name)
        assert str(error.value).startswith(f"{file}: broken or changed since it was taken (")
        assert str(error.value).endswith("Remove it and take it again.")


def test_a_figure_changed_by_hand_is_noticed(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    content = file.read_text()
    assert content.count("0.333") == 1
    file.write_text(content.replace("0.333", "0.433"))
    with pytest.raises(JudgingError, match="changed since it was taken .its SHA-256 is another"):
        load_snapshot(tmp_path, SNAPSHOT.name)


@pytest.mark.parametrize("content", ["[]", "{}", "7", '{"format": 1}', "[" * 100_000, "\ud800"])
def test_a_file_of_something_else_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(JudgingError) as error:
        load_snapshot(tmp_path, "x")
    assert str(error.value).startswith(f"{file}: broken")


def test_a_whole_file_without_a_needed_field_is_named(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    fields = json.loads(file.read_text())
    del fields["snapshot"]["documents"]["чай"]
    body = json.dumps(fields["snapshot"], separators=(",", ":")).encode()
    fields["sha256"] = hashlib.sha256(body).hexdigest()
    file.write_text(json.dumps(fields))
    with pytest.raises(JudgingError, match="broken or changed since it was taken .'чай'."):
        load_snapshot(tmp_path, SNAPSHOT.name)


def test_a_format_from_the_future_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"format": 2, "snapshot": {}}')
    with pytest.raises(JudgingError, match="snapshot format 2, this version reads 1"):
        load_snapshot(tmp_path, "x")


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(JudgingError, match="can't be written .*set SNAPSHOTS_DIR"):
            save_snapshot(SNAPSHOT, folder)
    with pytest.raises(JudgingError, match="can't be read"):
        load_snapshot(tmp_path / "file", "x")
