"""The page with the login form: it needs no script."""

from search.access.texts import ENGLISH, RUSSIAN, AccessTexts
from search.ui.escaping import escaped

_STYLE = """
:root { color-scheme: light dark; font: 16px system-ui, "Segoe UI", Roboto, sans-serif; }
body { max-width: 320px; margin: 12vh auto; padding: 0 16px; }
label { display: block; margin: 14px 0; }
input { display: block; width: 100%; box-sizing: border-box; padding: 8px; font: inherit;
  margin-top: 4px; }
button { padding: 8px 22px; font: inherit; cursor: pointer; }
.message { color: #b3261e; }
@media (prefers-color-scheme: dark) { .message { color: #f2938c; } }
p { display: flex; justify-content: space-between; }
"""


def login_html(texts: AccessTexts, message: str = "", name: str = "", closed: bool = False) -> str:
    """The form, with what went wrong. `closed`: there is no search to go to without it."""
    other = ENGLISH if texts is RUSSIAN else RUSSIAN
    told = f'<div class="message" role="alert">{escaped(message)}</div>' if message else ""
    away = "" if closed else f'<a href="./">{escaped(texts.to_search)}</a>'
    return (
        f'<!doctype html><html lang="{texts.code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escaped(texts.title)}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{escaped(texts.title)}</h1>{told}<form method="post" action="login?in={texts.code}">'
        f'<label>{escaped(texts.name)}<input name="username" autocomplete="username" required '
        f'autofocus maxlength="100" value="{escaped(name)}"></label>'
        f'<label>{escaped(texts.password)}<input name="password" type="password" '
        'autocomplete="current-password" required maxlength="1000"></label>'
        f"<button>{escaped(texts.enter)}</button></form>"
        f'<p>{away}<a href="login?in={other.code}" lang="{other.code}">'
        f"{'English' if other is ENGLISH else 'Русский'}</a></p></main></body></html>"
    )
