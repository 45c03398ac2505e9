from pathlib import Path

import pytest

from search.errors import JudgingError
from search.evaluation import read_qrels, read_queries
from search.judging.split import split_set


def test_every_judged_query_is_in_one_part_with_its_qrels(small_set: Path, tmp_path: Path) -> None:
    split_set(small_set, 1, tmp_path / "parts")
    judge, held_out = tmp_path / "parts" / "judge", tmp_path / "parts" / "held-out"
    parts = read_queries(judge), read_queries(held_out)
    assert (len(parts[0]), len(parts[1])) == (2, 1)
    assert parts[0] | parts[1] == {
        id: text for id, text in read_queries(small_set).items() if id != "unjudged"
    }
    assert read_qrels(judge) | read_qrels(held_out) == read_qrels(small_set)
    assert read_qrels(held_out).keys() == parts[1].keys()
    for part in (judge, held_out):
        assert len((part / "corpus.jsonl").read_text(encoding="utf-8").splitlines()) == 5


def test_a_seed_draws_the_same_again(small_set: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        split_set(small_set, 1, tmp_path / name, seed=3)
    drawn = [read_queries(tmp_path / name / "held-out") for name in ("a", "b")]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("held_out", [0, 3, -1])
def test_an_empty_part_is_refused(small_set: Path, tmp_path: Path, held_out: int) -> None:
    with pytest.raises(JudgingError, match="the set has 3 judged queries"):
        split_set(small_set, held_out, tmp_path / "parts")
    assert not (tmp_path / "parts").exists()
