"""The short form of `python -m tests.torture.full_disk`: some points of what writes most."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.errors import JudgingError
from search.judging.judgment import Judgment
from search.judging.store import JudgmentStore
from tests.torture.crash import operations
from tests.torture.disk import NoDiskError, SmallDisk, small_disk
from tests.torture.full_disk import refuse

SHORT = ("first build", "add", "judge", "promote", "users", "checkpoint")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    try:
        with small_disk(tmp_path) as made:
            yield made
    except NoDiskError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", SHORT)
def test_a_disk_that_refuses_is_told_and_changes_nothing(name: str) -> None:
    (operation,) = operations([name])
    try:
        found = refuse(operation, points=2)
    except NoDiskError as error:
        pytest.skip(str(error))
    assert found.counts["pages"] and found.counts["read-only"] == 1
    assert not found.broken


def test_an_open_store_goes_on_reading_on_a_full_disk_and_saves_again_after(
    disk: SmallDisk,
) -> None:
    """As in the app, whose page says «Не сохранено» to that error."""
    saved = []
    with JudgmentStore.open(f"sqlite:///{disk.place}/judgments.sqlite") as store:
        disk.leave(8)
        with pytest.raises(JudgingError, match="full|no room") as caught:
            for number in range(1000):
                judgment = Judgment("вопрос", f"п{number}", "д", "х", "Анна", 1, "ж" * 1000)
                saved.append(store.save(judgment))
        assert str(disk.place) in str(caught.value)
        assert store.current() == saved
        disk.make_room()
        saved.append(store.save(judgment))
    with JudgmentStore.open(f"sqlite:///{disk.place}/judgments.sqlite") as store:
        assert store.current() == saved
