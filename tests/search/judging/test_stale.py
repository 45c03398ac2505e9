from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import IndexStoreError
from search.engine import Engine
from search.judging.judgment import Judgment, text_hash
from search.judging.passage_lookup import PassageLookup
from search.judging.stale import Freshness, freshness

WHALE = "Киты\nСиний кит питается рачками. Это крупнейшее животное."
JUDGMENT = Judgment("чем питается кит", "whale", "whale", text_hash(WHALE), "Анна", 3)


@pytest.fixture(scope="module")
def passages(small_engine: Engine) -> PassageLookup:
    return PassageLookup(small_engine.index.passages)


def test_a_judgment_is_fresh_while_title_and_text_stay(passages: PassageLookup) -> None:
    assert freshness(JUDGMENT, passages) is Freshness.FRESH


def test_a_judgment_of_another_text_is_marked_changed(passages: PassageLookup) -> None:
    before = replace(JUDGMENT, text_hash=text_hash(WHALE.replace("рачками", "рыбой")))
    assert freshness(before, passages) is Freshness.CHANGED


def test_a_judgment_whose_passage_is_not_there_is_marked_gone(passages: PassageLookup) -> None:
    assert freshness(replace(JUDGMENT, passage_id="whale#2"), passages) is Freshness.GONE


def test_every_passage_of_an_index_is_found_by_its_id(
    small_engine: Engine, passages: PassageLookup
) -> None:
    stored = [small_engine.index.passages[row] for row in range(5)]
    assert list(passages) == [passage.id for passage in stored]
    assert [passages[passage.id] for passage in stored] == stored
    assert len(passages) == 5
    assert "hippo" not in passages


def test_passages_are_found_without_opening_the_models(
    small_index: Path, passages: PassageLookup
) -> None:
    assert dict(PassageLookup.open(small_index)) == dict(passages)


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError):
        PassageLookup.open(tmp_path)
