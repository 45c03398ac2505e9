import io
from pathlib import Path

import pytest

from search.__main__ import main
from search.access.passwords import fits
from search.access.roles import Role
from search.access.users import UsersFile


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "users.json"
    monkeypatch.setenv("ACCESS_FILE", str(path))
    return path


def add(monkeypatch: pytest.MonkeyPatch, name: str, role: str, password: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    return main(["access", "add", name, "--role", role, "--password-stdin"])


def test_users_come_change_and_go(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(monkeypatch, "анна", "annotator", "пароль с пробелом ") == 0
    assert add(monkeypatch, "лена", "lead", "тайна лены") == 0
    assert fits("пароль с пробелом ", UsersFile(path).users()["анна"].password_hash)
    capsys.readouterr()
    assert main(["access", "list"]) == 0
    assert capsys.readouterr().out == "lead       лена\nannotator  анна\n"
    assert main(["access", "role", "анна", "--role", "lead"]) == 0
    assert main(["access", "remove", "лена"]) == 0
    users = UsersFile(path).users()
    assert {name: user.role for name, user in users.items()} == {"анна": Role.LEAD}


def test_a_typed_password_is_asked_twice(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["тайна анны", "тайна анни"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert main(["access", "add", "анна", "--role", "lead"]) == 1
    assert capsys.readouterr().err == "error: The two passwords differ. Type the same twice.\n"
    assert not path.exists()
    typed = iter(["тайна анны", "тайна анны"])
    assert main(["access", "add", "анна", "--role", "lead"]) == 0
    assert fits("тайна анны", UsersFile(path).users()["анна"].password_hash)


def test_without_a_users_file_it_is_asked_which(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ACCESS_FILE", raising=False)
    assert main(["access", "list"]) == 1
    assert "Say --file PATH or set ACCESS_FILE" in capsys.readouterr().err


@pytest.mark.parametrize("role", ["visitor", "nobody", "admin"])
def test_only_annotators_and_leads_have_a_name(path: Path, role: str) -> None:
    with pytest.raises(SystemExit):
        main(["access", "add", "анна", "--role", role])
