from pathlib import Path

import numpy as np

from index.sources import Sources

GIVEN = ["право", "", "кухня", "право"]


def test_rows_of_some_sources() -> None:
    sources = Sources.of(GIVEN)
    assert sources.names == ("", "кухня", "право")
    assert sources.rows({"право"}).tolist() == [True, False, False, True]
    assert sources.rows(["", "кухня"]).tolist() == [False, True, True, False]
    assert sources.rows(["нет такого"]).tolist() == [False] * 4


def test_they_come_back_from_the_disk(tmp_path: Path) -> None:
    saved = Sources.of(GIVEN)
    saved.save(tmp_path)
    loaded = Sources.load(tmp_path, len(GIVEN))
    assert loaded.names == saved.names
    assert np.array_equal(loaded.codes, saved.codes)


def test_an_index_from_before_there_were_sources_has_one_without_a_name(tmp_path: Path) -> None:
    loaded = Sources.load(tmp_path, 3)
    assert (loaded.names, loaded.rows([""]).tolist()) == (("",), [True] * 3)
