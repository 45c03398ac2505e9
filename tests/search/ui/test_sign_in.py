import gradio as gr
import pytest

from search.errors import SettingsError
from search.ui.sign_in import annotator_name, logins

PROFILE = gr.OAuthProfile(
    {"name": "Анна", "preferred_username": "anna", "profile": "", "picture": ""}
)


@pytest.mark.parametrize(
    ("typed", "username", "profile", "name"),
    [
        ("  Анна \n", None, None, "Анна"),
        ("", None, None, ""),
        ("Чужая", "boris", None, "boris"),
        ("Чужая", None, PROFILE, "anna"),
        ("Чужая", "boris", PROFILE, "boris"),
        ("Чужая", "", None, ""),
    ],
)
def test_a_login_goes_before_an_account_and_both_before_a_typed_name(
    typed: str, username: str | None, profile: gr.OAuthProfile | None, name: str
) -> None:
    assert annotator_name(typed, gr.Request(username=username), profile) == name


def test_without_a_request_the_typed_name_counts() -> None:
    assert annotator_name("Анна", None) == "Анна"


def test_logins_come_from_the_environment() -> None:
    assert logins({}) is None
    assert logins({"AUTH": " "}) is None
    assert logins({"AUTH": "анна:п:ароль boris:x"}) == [("анна", "п:ароль"), ("boris", "x")]


@pytest.mark.parametrize("auth", ["анна", "анна:", ":тайна", "анна:тайна борис"])
def test_a_login_without_name_or_password_is_refused_and_not_repeated(auth: str) -> None:
    with pytest.raises(SettingsError, match="name:password") as error:
        logins({"AUTH": auth})
    assert "тайна" not in str(error.value)


def test_where_one_signs_in_with_hugging_face_a_typed_name_is_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OAUTH_CLIENT_ID", "space")
    assert annotator_name("anna", gr.Request(username=None)) == ""
    assert annotator_name("чужая", gr.Request(username=None), PROFILE) == "anna"
