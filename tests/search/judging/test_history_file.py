import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from search.errors import JudgingError
from search.judging.history_file import export_history, read_history, united
from search.judging.judgment import Judgment
from search.judging.store import Event, JudgmentStore

EXPORT = "judgments.jsonl"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def judged(tmp_path: Path, judgment: Judgment) -> Iterator[JudgmentStore]:
    with JudgmentStore.open(f"sqlite:///{tmp_path / 'judgments.sqlite'}") as store:
        store.save(judgment)
        store.save(replace(judgment, grade=None, comment="не могу\nоценить"))
        store.undo("Мария")
        yield store


def test_an_export_holds_every_judgment_and_what_was_undone(
    tmp_path: Path, judged: JudgmentStore
) -> None:
    file = tmp_path / "new" / EXPORT
    assert export_history(judged, file) == 2
    lines = file.read_text(encoding="utf-8").splitlines()
    kept, undone = (json.loads(line) for line in lines)
    first, second = judged.history()
    for row, event in ((kept, first), (undone, second)):
        assert event.judgment.time is not None
        expected = {**asdict(event.judgment), "time": event.judgment.time.isoformat()}
        assert {key: row[key] for key in expected} == expected
    assert kept["undone_at"] is None
    assert second.undone_at is not None and undone["undone_at"] == second.undone_at.isoformat()
    assert "глубина Байкала" in lines[0]


def test_an_empty_history_is_an_empty_file(tmp_path: Path) -> None:
    with JudgmentStore.open(f"sqlite:///{tmp_path / 'judgments.sqlite'}") as store:
        assert export_history(store, tmp_path / EXPORT) == 0
    assert (tmp_path / EXPORT).read_bytes() == b""


def test_an_export_is_replaced_whole_and_only_for_news(
    tmp_path: Path, judged: JudgmentStore, judgment: Judgment
) -> None:
    file = tmp_path / "new" / EXPORT
    export_history(judged, file)
    first = file.stat()
    reader = file.open("rb")
    export_history(judged, file)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    judged.save(replace(judgment, passage_id="ladoga"))
    export_history(judged, file)
    with reader:  # a reader of the old file sees it whole
        assert len(reader.read().splitlines()) == 2
    assert len(file.read_bytes().splitlines()) == 3
    assert [path.name for path in file.parent.iterdir()] == [EXPORT]


def test_an_export_that_cannot_be_written_says_where(tmp_path: Path, judged: JudgmentStore) -> None:
    (tmp_path / "occupied").write_text("занято", encoding="utf-8")
    with pytest.raises(JudgingError, match="occupied/judgments.jsonl: the judgments can't be exp"):
        export_history(judged, tmp_path / "occupied" / EXPORT)
    (tmp_path / EXPORT).mkdir()
    with pytest.raises(JudgingError, match=r"can't be exported there \(Is a directory\)"):
        export_history(judged, tmp_path / EXPORT)


def test_an_export_is_read_as_it_was_whatever_a_comment_holds(
    tmp_path: Path, judged: JudgmentStore, judgment: Judgment
) -> None:
    judged.save(replace(judgment, comment='строка\u2028ещё\x85\x0b\r\nи «кавычки"»'))
    export_history(judged, tmp_path / EXPORT)
    assert read_history(tmp_path / EXPORT) == judged.history()
    assert [event.undone_at is None for event in read_history(tmp_path / EXPORT)] == [1, 0, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"time": None},
        {"time": "2026-05-01T12:00:00"},
        {"time": "вчера"},
        {"undone_at": 5},
        {"grade": 7},
        {"mark": 1},
        {"annotator": None},
    ],
    ids=str,
)
def test_a_line_that_is_no_judgment_is_named(
    tmp_path: Path, judged: JudgmentStore, change: dict[str, object]
) -> None:
    file = tmp_path / EXPORT
    export_history(judged, file)
    first = file.read_text(encoding="utf-8").split("\n")[0]
    broken = json.dumps({**json.loads(first), **change})
    for line in (broken, "{", "[]", "{}", "5"):
        file.write_text(f"{first}\n{line}\n", encoding="utf-8")
        with pytest.raises(JudgingError, match=rf"^{EXPORT}:2: no judgment of a history \("):
            read_history(file)


def events(judgment: Judgment, *passages: str) -> list[Event]:
    """Judgments a minute apart; "а1" is of the first minute."""
    return [
        Event(
            replace(
                judgment,
                passage_id=passage,
                time=NOON + timedelta(minutes=int(passage[1:])),
                id=number,
            ),
            None,
        )
        for number, passage in enumerate(passages, 1)
    ]


def test_histories_are_united_without_repetitions_by_time(judgment: Judgment) -> None:
    ours, theirs = events(judgment, "а1", "а2", "а4"), events(judgment, "а2", "б3", "б5")
    found = united([ours, theirs])
    assert [event.judgment.passage_id for event in found] == ["а1", "а2", "б3", "а4", "б5"]
    assert {event.judgment.id for event in found} == {0}
    assert united([]) == united([[], []]) == []


def test_a_history_keeps_its_order_where_a_clock_was_set_back(judgment: Judgment) -> None:
    turned = events(judgment, "а3", "а1", "а4")
    for histories in ([turned, turned[:1]], [turned[:2], turned, events(judgment, "б2")]):
        order = [event.judgment.passage_id for event in united(histories)]
        assert [passage for passage in order if passage[0] == "а"] == ["а3", "а1", "а4"]


def test_what_one_history_took_back_is_taken_back(judgment: Judgment) -> None:
    (event,) = events(judgment, "а1")
    early, late = (replace(event, undone_at=NOON + timedelta(hours=hour)) for hour in (1, 2))
    for histories in ([[event], [late], [early]], [[early], [late], [event]]):
        assert [found.undone_at for found in united(histories)] == [early.undone_at]
