"""Who somebody is: by the session, by the Hugging Face account, else a visitor."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from index.corpus import clean
from search.access.passwords import fits, hashed
from search.access.rates import Rates
from search.access.roles import Person, Role
from search.access.sessions import Sessions
from search.access.users import User, UsersFile
from search.errors import AccessError
from search.settings import Settings
from search.ui.sign_in import logins, signs_in_with_hub


@dataclass(frozen=True, slots=True)
class Access:
    """The people, their sessions and limits; there is none where everybody may do all."""

    file: UsersFile | None
    fixed: Mapping[str, User]
    """Those of AUTH, leads all."""
    hub_leads: frozenset[str]
    """Hugging Face accounts that lead; any other annotates."""
    anonymous: Role
    """What one may do without signing in."""
    sessions: Sessions
    rates: Rates

    @classmethod
    def of(cls, settings: Settings, environment: Mapping[str, str] = os.environ) -> Self | None:
        """The access asked for; None: everybody may do all, as on one's own laptop.

        ACCESS_FILE names users; AUTH names leads and closes the page to everyone else; on a Space
        one signs in with Hugging Face, where LEADS (else the Space's owner) lead. Raises
        `AccessError` for a users file that can't be used, `SettingsError` for a wrong AUTH.
        """
        pairs, hub = logins(environment), signs_in_with_hub(environment)
        file = UsersFile(Path(settings.access_file)) if settings.access_file else None
        if not (pairs or hub or file):
            return None
        if file and not file.users():
            raise AccessError(
                f"{file.path}: holds no users. Add one: "
                f"python -m search access add NAME --role lead --file {file.path}"
            )
        leads = environment.get("LEADS") or environment.get("SPACE_AUTHOR_NAME", "")
        return cls(
            file,
            {clean(name): User(clean(name), Role.LEAD, hashed(word)) for name, word in pairs or ()},
            frozenset(clean(name) for name in leads.replace(",", " ").split())
            if hub
            else frozenset(),
            Role.NOBODY if pairs else Role.VISITOR,
            Sessions(),
            Rates(settings.searches_per_minute),
        )

    def person(self, token: str, session: Mapping[str, Any]) -> Person:
        """Who holds the cookie's `token`, or the account in Gradio's OAuth `session`.

        A user whose password or role was changed, or who was removed, meanwhile has no session.
        """
        began = self.sessions.user(token) if token else None
        if began and began == self._user(began.name):
            return Person(began.name, began.role)
        account = _hub_account(session)
        # Nobody takes the name of a user who signs in with a password.
        if account and self._user(account) is None:
            lead = account in self.hub_leads
            return Person(account, Role.LEAD if lead else Role.ANNOTATOR)
        return Person("", self.anonymous)

    def user_with(self, name: str, password: str) -> User | None:
        """The user with this name and password, None if they don't fit. Takes 0.1 s either way."""
        user = self._user(name)
        return user if fits(password, user.password_hash if user else None) else None

    def _user(self, name: str) -> User | None:
        if name in self.fixed:
            return self.fixed[name]
        return self.file.users().get(name) if self.file else None


def _hub_account(session: Mapping[str, Any]) -> str:
    """The name of the account that Gradio's sign-in keeps in its signed cookie, "" without."""
    kept = session.get("oauth_info") or {}
    if kept.get("expires_at") is not None and kept["expires_at"] < time.time():
        return ""
    return clean(str(kept.get("userinfo", {}).get("preferred_username", "")))
