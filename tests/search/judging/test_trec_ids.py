import csv
import io
import random

import pytest

from search.judging.trec_ids import decoded, trec_token, tsv_field

WILD = (
    "q1",
    "какова глубина Байкала",
    "строка\nдругая\tстолбец\r",
    "скидка 50% что это",
    "100%25",
    "100%",
    "%41",
    "A",
    '"Война и мир" кто написал',
    "а\u2028б\x85в\u00a0г\ufeff",
    " с краю ",
)


@pytest.mark.parametrize("name", WILD)
def test_an_id_comes_back_from_its_column(name: str) -> None:
    assert f"{trec_token(name)} 0 d 1".split() == [trec_token(name), "0", "d", "1"]
    assert decoded(trec_token(name)) == name
    line = f"{tsv_field(name)}\td\t1"
    assert len(line.splitlines()) == 1
    assert next(csv.reader(io.StringIO(line), delimiter="\t")) == [tsv_field(name), "d", "1"]
    assert decoded(tsv_field(name)) == name


def test_ordinary_ids_stay_as_they_are() -> None:
    for name in ("q-ancient-1", "doc#2", "статья_12", "50%", "a+b", "https://e.ru/?a=1&b=2"):
        assert trec_token(name) == tsv_field(name) == name
    assert tsv_field("какова глубина Байкала") == "какова глубина Байкала"
    assert trec_token("какова глубина") == "какова%20глубина"


def test_no_two_ids_are_written_alike() -> None:
    draw = random.Random(42)
    names = {"".join(draw.choices('%2509A \tя"', k=draw.randint(1, 5))) for _ in range(20_000)}
    assert len(names) > 5_000
    for written in (trec_token, tsv_field):
        assert len({written(name) for name in names}) == len(names)
        assert all(decoded(written(name)) == name for name in names)
