"""The users file: names, roles and password hashes as JSON, readable by its owner only."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from index.corpus import clean
from search.access.passwords import hashed
from search.access.roles import Role
from search.errors import AccessError
from search.lone_writer import lone_writer

ROLES = (Role.ANNOTATOR, Role.LEAD)
"""Those a user can have: whoever only searches needs no name."""
MIN_PASSWORD_CHARS = 8
MAX_NAME_CHARS = 100
_DRAFT = ".users-"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in with a password; its hash is never shown."""

    name: str
    role: Role
    password_hash: str

    def __repr__(self) -> str:
        return f"User({self.name!r}, {self.role.word})"


class UsersFile:
    """The file at `path`, read anew whenever it has changed: a removal holds at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[tuple[int, ...], dict[str, User]] = ((), {})

    def users(self) -> Mapping[str, User]:
        """Name -> user; none without a file.

        Raises `AccessError` for what is no users file and for one that others may read.
        """
        try:
            state = self.path.stat()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unreadable(error) from error
        if state.st_mode & 0o077:
            raise AccessError(
                f"{self.path}: others than its owner may read it. Run chmod 600 on it."
            )
        version = (state.st_ino, state.st_mtime_ns, state.st_size)
        if version != self._read[0]:
            self._read = (version, self._parsed())
        return self._read[1]

    def add(self, name: str, role: Role, password: str) -> User:
        """Add somebody new.

        Raises `AccessError` for a name that is taken or unfit and for too short a password.
        """
        if name != clean(name) or not 0 < len(name) <= MAX_NAME_CHARS or not name.isprintable():
            raise AccessError(
                f"{name!r}: not a name. Give 1 to {MAX_NAME_CHARS} characters in one line."
            )
        if len(password) < MIN_PASSWORD_CHARS:
            raise AccessError(
                f"The password has {len(password)} characters. Give at least {MIN_PASSWORD_CHARS}."
            )
        user = User(name, role, hashed(password))
        with self._writing() as users:
            if name in users:
                raise AccessError(f"{name!r}: is there already. Remove it first or choose another.")
            users[name] = user
        return user

    def remove(self, name: str) -> None:
        """Raises `AccessError` when nobody has that name."""
        with self._writing() as users:
            del users[_user(name, users).name]

    def set_role(self, name: str, role: Role) -> None:
        """Raises `AccessError` when nobody has that name."""
        with self._writing() as users:
            users[name] = replace(_user(name, users), role=role)

    def _parsed(self) -> dict[str, User]:
        try:
            rows = json.loads(self.path.read_text(encoding="utf-8"))
            return {
                name: User(name, Role[row["role"].upper()], row["password_hash"])
                for name, row in rows.items()
            }
        except OSError as error:
            raise self._unreadable(error) from error
        except (ValueError, KeyError, TypeError, AttributeError):
            raise AccessError(
                f"{self.path}: is no users file. Make one with: python -m search access add."
            ) from None  # the cause might quote a hash

    @contextmanager
    def _writing(self) -> Iterator[dict[str, User]]:
        """Who there is, to be changed by the block while nobody else writes, then written."""
        try:
            with lone_writer(self.path.parent, f"{_DRAFT}*"):
                users = dict(self.users())
                yield users
                self._write(users)
        except OSError as error:
            raise AccessError(
                f"{self.path}: can't be written ({error.strerror}). Check the folder."
            ) from error

    def _write(self, users: Mapping[str, User]) -> None:
        rows = {
            user.name: {"role": user.role.word, "password_hash": user.password_hash}
            for user in users.values()
        }
        # mkstemp's file is 0600 from the start.
        descriptor, draft = tempfile.mkstemp(dir=self.path.parent, prefix=_DRAFT)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(draft, self.path)
        except OSError:
            os.unlink(draft)
            raise

    def _unreadable(self, error: OSError) -> AccessError:
        return AccessError(f"{self.path}: can't be read ({error.strerror}). Check the file.")


def _user(name: str, users: Mapping[str, User]) -> User:
    if name not in users:
        known = ", ".join(sorted(users)) or "nobody"
        raise AccessError(f"{name!r}: no such user. There is: {known}.")
    return users[name]
