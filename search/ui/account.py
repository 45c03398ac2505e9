"""Beside the heading: who is signed in and as what, the way in and the way out."""

import gradio as gr

from search.access.guarded_page import requester
from search.access.roles import Person
from search.access.texts import ACCESS_TEXTS, AccessTexts
from search.ui.escaping import escaped
from search.ui.events import JUDGING, QUIET
from search.ui.sign_in import signs_in_with_hub

CSS = """
#account form, #account .account { display: flex; gap: 12px; align-items: center;
  justify-content: flex-end; }
#account button { padding: 2px 12px; font-size: 0.9em; font-weight: 400; width: auto;
  border: 1px solid var(--border-color-primary);
  border-radius: 8px; cursor: pointer; background: var(--background-fill-secondary); }
"""


def add_account(language: gr.Radio, page: gr.Blocks) -> None:
    """Lay it out; it is for a page that asks for roles."""
    start = ACCESS_TEXTS[str(language.value)]
    with gr.Column(scale=0, min_width=220):
        shown = gr.HTML(padding=False, elem_id="account")
        if signs_in_with_hub():
            gr.LoginButton(start.sign_in_with_hub)

    def greet(spoken: str, request: gr.Request) -> str:
        return account_html(requester(request), ACCESS_TEXTS[spoken])

    gr.on([page.load, language.change], greet, [language], [shown], **QUIET, **JUDGING)


def account_html(person: Person, texts: AccessTexts) -> str:
    """Name, role and a button to sign out, or a link to sign in."""
    if not person.name:
        link = f'<a href="login?in={texts.code}">{escaped(texts.sign_in)}</a>'
        return f'<div class="account">{link}</div>'
    who = texts.signed_in.format(name=person.name, role=texts.roles[person.role])
    return (
        f'<form method="post" action="logout">{escaped(who)} '
        f"<button>{escaped(texts.sign_out)}</button></form>"
    )
