import time
from pathlib import Path
from typing import Any

import pytest

from search.access.access import Access
from search.access.roles import Person, Role
from search.access.users import UsersFile
from search.errors import AccessError, SettingsError
from search.settings import Settings

VISITOR = Person("", Role.VISITOR)


@pytest.fixture
def file(tmp_path: Path) -> UsersFile:
    file = UsersFile(tmp_path / "users.json")
    file.add("анна", Role.ANNOTATOR, "тайна анны")
    return file


def made(file: UsersFile | None = None, **environment: str) -> Access:
    access = Access.of(Settings(access_file=str(file.path) if file else ""), environment)
    assert access
    return access


def account(name: str, seconds: float = 100) -> dict[str, Any]:
    """The cookie of Gradio's sign-in with Hugging Face, unsealed."""
    info = {"userinfo": {"preferred_username": name}, "expires_at": time.time() + seconds}
    return {"oauth_info": info}


def test_on_a_laptop_everybody_may_do_all() -> None:
    assert Access.of(Settings(), {}) is None
    assert Access.of(Settings(), {"LEADS": "anna", "AUTH": " "}) is None


def test_a_session_is_its_user_and_ends_when_the_user_is_changed(file: UsersFile) -> None:
    access = made(file)
    user = access.user_with("анна", "тайна анны")
    assert user and access.user_with("анна", "другая") is None
    assert access.user_with("борис", "тайна анны") is None
    token = access.sessions.begin(user)
    assert access.person(token, {}) == Person("анна", Role.ANNOTATOR)
    assert access.person("", {}) == access.person("guess", {}) == VISITOR
    file.set_role("анна", Role.LEAD)
    assert access.person(token, {}) == VISITOR
    again = access.user_with("анна", "тайна анны")
    assert again
    token = access.sessions.begin(again)
    assert access.person(token, {}) == Person("анна", Role.LEAD)
    file.remove("анна")
    assert access.person(token, {}) == VISITOR


def test_auth_names_leads_and_lets_nobody_else_in(file: UsersFile) -> None:
    for access in (made(AUTH="boris:x лена:тайна"), made(file, AUTH="boris:x")):
        user = access.user_with("boris", "x")
        assert user
        assert access.person(access.sessions.begin(user), {}) == Person("boris", Role.LEAD)
        assert access.person("", {}) == Person("", Role.NOBODY)
    with pytest.raises(SettingsError, match="name:password"):
        made(AUTH="boris")


def test_on_a_space_accounts_annotate_and_its_owner_leads() -> None:
    access = made(OAUTH_CLIENT_ID="x", SPACE_AUTHOR_NAME="owner")
    assert access.person("", account("anna")) == Person("anna", Role.ANNOTATOR)
    assert access.person("", account("owner")) == Person("owner", Role.LEAD)
    assert access.person("", account("anna", seconds=-1)) == VISITOR
    assert access.person("", {}) == VISITOR
    access = made(OAUTH_CLIENT_ID="x", SPACE_AUTHOR_NAME="owner", LEADS="anna, boris")
    roles = [access.person("", account(name)).role for name in ("anna", "boris", "owner")]
    assert roles == [Role.LEAD, Role.LEAD, Role.ANNOTATOR]


def test_no_account_takes_the_name_of_a_user(file: UsersFile) -> None:
    access = made(file, OAUTH_CLIENT_ID="x")
    assert access.person("", account("анна")) == VISITOR


def test_a_users_file_without_users_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="holds no users. Add one: python -m search access add"):
        made(UsersFile(tmp_path / "users.json"))
