import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from search.access.passwords import fits
from search.access.roles import Role
from search.access.users import User, UsersFile
from search.errors import AccessError


@pytest.fixture
def file(tmp_path: Path) -> UsersFile:
    file = UsersFile(tmp_path / "users.json")
    file.add("Анна", Role.ANNOTATOR, "тайна анны")
    return file


def test_a_user_is_kept_with_a_hash_in_a_file_of_the_owner_alone(file: UsersFile) -> None:
    file.add("lena", Role.LEAD, "тайна лены")
    assert file.path.stat().st_mode & 0o777 == 0o600
    text = file.path.read_text("utf-8")
    assert "тайна" not in text
    assert {name: row["role"] for name, row in json.loads(text).items()} == {
        "Анна": "annotator",
        "lena": "lead",
    }
    users = UsersFile(file.path).users()
    assert (users["lena"].role, users["Анна"].role) == (Role.LEAD, Role.ANNOTATOR)
    assert fits("тайна лены", users["lena"].password_hash)
    assert list(file.path.parent.iterdir()) == [file.path]  # no draft is left


def test_a_change_is_seen_by_who_has_read_before(file: UsersFile) -> None:
    reader = UsersFile(file.path)
    assert reader.users()["Анна"].role is Role.ANNOTATOR
    file.set_role("Анна", Role.LEAD)
    assert reader.users()["Анна"].role is Role.LEAD
    file.remove("Анна")
    assert reader.users() == {}
    file.path.unlink()
    assert reader.users() == {}


def test_whoever_is_added_at_the_same_time_is_kept(file: UsersFile) -> None:
    names = [f"участник {number}" for number in range(4)]
    with ThreadPoolExecutor(len(names)) as pool:
        for name in names:
            pool.submit(UsersFile(file.path).add, name, Role.ANNOTATOR, "long enough")
    assert set(file.users()) == {"Анна", *names}


@pytest.mark.parametrize("name", ["", " anna", "an\nna", "an\0na", "a" * 101])
def test_what_is_no_name_is_refused(file: UsersFile, name: str) -> None:
    with pytest.raises(AccessError, match="not a name"):
        file.add(name, Role.LEAD, "long enough")
    assert list(file.users()) == ["Анна"]


def test_what_cannot_be_done_is_told(file: UsersFile, tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="'Анна': is there already"):
        file.add("Анна", Role.LEAD, "long enough")
    with pytest.raises(AccessError, match="has 7 characters. Give at least 8"):
        file.add("boris", Role.LEAD, "1234567")
    for change in (file.remove, lambda name: file.set_role(name, Role.LEAD)):
        with pytest.raises(AccessError, match="'boris': no such user. There is: Анна"):
            change("boris")
    with pytest.raises(AccessError, match=r"can't be written \(No such file"):
        UsersFile(tmp_path / "no" / "users.json").add("boris", Role.LEAD, "long enough")


def test_a_file_that_others_may_read_is_not_used(file: UsersFile) -> None:
    file.path.chmod(0o640)
    with pytest.raises(AccessError, match="others than its owner may read it. Run chmod 600"):
        file.users()


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"a": 1}', '{"a": {"role": "king", "password_hash": "$argon2id$x"}}'],
)
def test_what_is_no_users_file_is_told_without_its_content(tmp_path: Path, text: str) -> None:
    path = tmp_path / "users.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(AccessError, match="is no users file") as error:
        UsersFile(path).users()
    assert "argon2id" not in str(error.value)


def test_a_user_shown_in_a_log_has_no_hash() -> None:
    assert repr(User("anna", Role.LEAD, "$argon2id$x")) == "User('anna', lead)"
