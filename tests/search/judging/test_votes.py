from dataclasses import replace
from datetime import UTC, datetime

import pytest
from scipy.stats import binomtest

from search.errors import JudgingError
from search.judging.schema import votes as table
from search.judging.store import JudgmentStore
from search.judging.votes import Tally, Vote, save_vote, sign_test, tally, votes
from search.variant import Variant

A = Variant("reranked", 0.5, 20, 4.0, 6.0, 100)
B = replace(A, stage="bm25", dense_weight=0.35)
VOTE = Vote("глубина Байкала", "Мария", A, B, "a")


def test_votes_come_back_as_they_were_given_in_order(store: JudgmentStore) -> None:
    before = datetime.now(UTC)
    first = save_vote(store, VOTE)
    second = save_vote(store, replace(VOTE, annotator="Иван", choice="tie"))
    assert votes(store) == [first, second]
    assert first == replace(VOTE, id=first.id, time=first.time)
    assert first.time is not None and second.time is not None
    assert before <= first.time <= second.time
    assert store.is_empty()  # a vote is no judgment


def test_the_database_itself_refuses_another_choice(store: JudgmentStore) -> None:
    row = {"query": "q", "annotator": "x", "settings_a": {}, "settings_b": {}, "choice": "left"}
    with (
        pytest.raises(JudgingError, match="the database refused"),
        store.database.write("x") as connection,
    ):
        connection.execute(table.insert().values(time=datetime.now(UTC), **row))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("choice", "left", "choice 'left'"),
        ("annotator", " ", "annotator is empty"),
        ("query", "", "query is empty"),
        ("query", "a\0", r"U\+0000"),
        ("annotator", "я" * 101, "annotator has 101 characters"),
    ],
)
def test_what_cannot_be_a_vote_is_refused(field: str, value: str, message: str) -> None:
    with pytest.raises(JudgingError, match=message):
        replace(VOTE, **{field: value})


def test_a_pair_is_counted_either_way_round_and_a_person_once_a_query() -> None:
    given = [
        VOTE,
        replace(VOTE, choice="b"),  # Maria again, who knows the sides by now
        replace(VOTE, query="другой"),
        replace(VOTE, annotator="Иван", settings_a=B, settings_b=A, choice="a"),
        replace(VOTE, annotator="Пётр", choice="tie"),
        replace(VOTE, annotator="Анна", settings_b=replace(B, rerank_depth=1)),
    ]
    assert tally(given, A, B) == Tally(2, 1, 1)
    assert tally(given, B, A) == Tally(1, 2, 1)


def test_the_sign_test_by_hand() -> None:
    assert sign_test(0, 0) == 1
    assert sign_test(5, 0) == 2 / 2**5
    assert Tally(1, 5, 100).p == 2 * (1 + 6) / 2**6


@pytest.mark.parametrize("wins", range(0, 41, 4))
@pytest.mark.parametrize("losses", (0, 1, 7, 40))
def test_the_sign_test_is_scipys(wins: int, losses: int) -> None:
    if wins + losses:
        expected = binomtest(wins, wins + losses).pvalue
        assert sign_test(wins, losses) == pytest.approx(expected, rel=1e-9)
