from dataclasses import dataclass

import pytest

from search.access.roles import Role
from search.access.sessions import IDLE_SECONDS, LONGEST_SECONDS, Sessions
from search.access.users import User

ANNA = User("anna", Role.ANNOTATOR, "hash")


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_token_stands_for_a_user_until_it_ends(clock: Clock) -> None:
    sessions = Sessions(clock)
    token, other = sessions.begin(ANNA), sessions.begin(ANNA)
    assert token != other and len(token) == 43  # 256 bits in base64
    assert sessions.user(token) == ANNA
    assert sessions.user("guess") is None and sessions.user("\udc80") is None
    sessions.end(token)
    assert sessions.user(token) is None
    assert sessions.user(other) == ANNA
    sessions.end("guess")


def test_an_idle_session_ends(clock: Clock) -> None:
    sessions = Sessions(clock)
    token = sessions.begin(ANNA)
    clock.now += IDLE_SECONDS
    assert sessions.user(token) == ANNA  # and it counts from here again
    clock.now += IDLE_SECONDS
    assert sessions.user(token) == ANNA
    clock.now += IDLE_SECONDS + 1
    assert sessions.user(token) is None


def test_a_busy_session_ends_too(clock: Clock) -> None:
    sessions = Sessions(clock)
    token = sessions.begin(ANNA)
    end = clock.now + LONGEST_SECONDS
    while clock.now + IDLE_SECONDS / 2 <= end:
        clock.now += IDLE_SECONDS / 2
        assert sessions.user(token) == ANNA
    clock.now = end + 1
    assert sessions.user(token) is None


def test_sessions_that_ran_out_take_no_memory(clock: Clock) -> None:
    sessions = Sessions(clock)
    for _ in range(3):
        sessions.begin(ANNA)
    clock.now += IDLE_SECONDS + 1
    token = sessions.begin(ANNA)
    assert len(sessions._sessions) == 1
    assert token not in repr(sessions._sessions)  # only its hash is kept
