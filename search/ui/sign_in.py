"""Who judges: the name of the login, else of the Hugging Face account, else the one typed."""

import gradio as gr

from index.corpus import clean

BROWSER_KEY = "russian-search-annotator"
"""Where the browser keeps the typed name and the pool, so that a reload goes on."""


def annotator_name(
    typed: str, request: gr.Request | None, profile: gr.OAuthProfile | None = None
) -> str:
    """The annotator's name, empty when nobody has signed in.

    With a login (AUTH) or a Hugging Face account nobody judges under another name.
    """
    login = getattr(request, "username", None)
    if login:
        return clean(str(login))
    return clean(profile.username) if profile else clean(typed)
