"""Who is signed in: random tokens in cookies, and what they stand for in this process's memory.

A restart signs everybody out; several replicas need sticky connections anyway, as Gradio does.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from search.access.users import User

COOKIE = "russian-search-login"
IDLE_SECONDS = 2 * 3600
"""A session ends when nothing was asked for so long."""
LONGEST_SECONDS = 12 * 3600
"""And after this in any case."""


@dataclass(frozen=True, slots=True)
class _Session:
    user: User
    begun: float
    seen: float


class Sessions:
    """Tokens -> users; of a token only the hash is kept. `clock` tells seconds that never run back.

    Used from one event loop.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: dict[str, _Session] = {}

    def begin(self, user: User) -> str:
        """A new session's token, 256 random bits; sessions that ran out are forgotten."""
        now = self._clock()
        self._sessions = {
            key: session for key, session in self._sessions.items() if not _over(session, now)
        }
        token = secrets.token_urlsafe(32)
        self._sessions[_key(token)] = _Session(user, now, now)
        return token

    def user(self, token: str) -> User | None:
        """Whose session it is, as the user was when it began; None: nobody's (any more)."""
        key, now = _key(token), self._clock()
        session = self._sessions.get(key)
        if session is None or _over(session, now):
            self._sessions.pop(key, None)
            return None
        self._sessions[key] = replace(session, seen=now)
        return session.user

    def end(self, token: str) -> None:
        """Forget the token, known or not."""
        self._sessions.pop(_key(token), None)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _over(session: _Session, now: float) -> bool:
    return now - session.seen > IDLE_SECONDS or now - session.begun > LONGEST_SECONDS
