"""Who judges: the name of the login, else of the Hugging Face account, else the one typed."""

import os
from collections.abc import Mapping

import gradio as gr

from index.corpus import clean
from search.errors import SettingsError

BROWSER_KEY = "russian-search-annotator"
"""Where the browser keeps the typed name and the pool, so that a reload goes on."""


def annotator_name(
    typed: str, request: gr.Request | None, profile: gr.OAuthProfile | None = None
) -> str:
    """The annotator's name, empty when nobody has signed in.

    Where roles are asked for, and on a Space that signs in with Hugging Face, nobody judges under
    another name; a visitor's login is the empty name.
    """
    login = getattr(request, "username", None)
    if login is not None:
        return clean(str(login))
    if profile or signs_in_with_hub():
        return clean(profile.username) if profile else ""
    return clean(typed)


def signs_in_with_hub(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this is a Space with `hf_oauth: true`."""
    return "OAUTH_CLIENT_ID" in environment


def logins(environment: Mapping[str, str] = os.environ) -> list[tuple[str, str]] | None:
    """(name, password) pairs of AUTH, "anna:secret boris:other"; None: it names nobody.

    Raises `SettingsError`, which does not repeat the passwords, for anything else.
    """
    entries = environment.get("AUTH", "").split()
    pairs = [tuple(entry.split(":", 1)) for entry in entries]
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise SettingsError(
            "AUTH: expected name:password, several with spaces between. Correct or unset it."
        )
    return [(name, password) for name, password in pairs] or None
