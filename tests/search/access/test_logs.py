"""What the app writes while people sign in holds no secret."""

import httpx
import pytest
from gradio_client import Client

from search.access.sessions import COOKIE
from search.access.users import UsersFile
from tests.app_process import app_process
from tests.search.access.conftest import PASSWORDS


def test_no_password_hash_or_token_is_logged(
    users: UsersFile, app_settings: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    secrets = ["тайна-бориса", "не тот пароль", *PASSWORDS.values()]
    secrets += [user.password_hash for user in users.users().values()]
    settings = {**app_settings, "AUTH": "борис:тайна-бориса", "LOG_FORMAT": "json"}
    with app_process(settings) as url, httpx.Client(base_url=url) as client:
        assert client.get("/").headers["location"] == "login"
        for password in ("не тот пароль", PASSWORDS["лена"]):
            client.post("/login", data={"username": "лена", "password": password})
            client.post("/login", content=b"username=%", headers={"Content-Type": "x"})
            client.get("/config")
        assert client.get("/gradio_api/file=/etc/passwd").status_code == 403
        client.post("/gradio_api/call/make_pool", json={"data": "wrong"})
        secrets.append(client.cookies[COOKIE])
        program = Client(url, auth=("борис", "тайна-бориса"), verbose=False)
        assert program.predict("чем питается кит", 1, api_name="/search")
        secrets.append(program.cookies[COOKIE])
    written = "".join(capfd.readouterr())
    assert "settings:" in written and '"endpoint": "search"' in written
    for secret in secrets:
        assert secret not in written and secret.encode("unicode_escape").decode() not in written
    assert "$argon2" not in written and COOKIE not in written
