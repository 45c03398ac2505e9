"""Passwords -> Argon2id hashes, and the check of one, as slow for a name that nobody has."""

import secrets
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_HASHER = PasswordHasher()
"""The library's parameters are RFC 9106's second recommendation: 64 MiB, 3 passes."""
_ONE_AT_A_TIME = Lock()
"""A crowd at the login form takes 64 MiB, not as many times that."""


def hashed(password: str) -> str:
    """The hash to keep, with its salt and parameters in it."""
    with _ONE_AT_A_TIME:
        return _HASHER.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether `password` made the hash `kept`; None, for an unknown name, takes as long."""
    try:
        with _ONE_AT_A_TIME:
            return _HASHER.verify(kept or _nobodys(), password) and kept is not None
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe())
