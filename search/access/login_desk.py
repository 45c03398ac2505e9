"""Where people sign in and out: the form for browsers, the same in JSON for programs."""

import asyncio

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from index.corpus import clean
from search.access.access import Access
from search.access.login_page import login_html
from search.access.roles import Role
from search.access.sessions import COOKIE, LONGEST_SECONDS
from search.access.texts import ENGLISH, RUSSIAN, in_both


class LoginDesk:
    """Answers /login and /logout; `gradio_client`'s `auth=` signs in here, too."""

    def __init__(self, access: Access) -> None:
        self.access = access

    async def login(self, request: Request, client: str) -> Response:
        """The form, or what became of it; how long it takes tells nothing about the name."""
        if request.method not in ("GET", "HEAD", "POST"):
            return Response(status_code=405)
        if request.method != "POST":
            return self._form(request)
        async with request.form(max_files=0, max_fields=10, max_part_size=10_000) as form:
            name, password = clean(str(form.get("username", ""))), str(form.get("password", ""))
        if wait := self.access.rates.login(client, name):
            return self._refused(request, 429, "wait", name, wait)
        user = await asyncio.to_thread(self.access.user_with, name, password)
        if user is None:
            self.access.rates.failed(name)
            return self._refused(request, 401, "wrong", name)
        self.access.sessions.end(request.cookies.get(COOKIE, ""))
        answer: Response = JSONResponse({"success": True})
        if _from_browser(request):
            answer = RedirectResponse("./", 303)
        answer.set_cookie(
            COOKIE,
            self.access.sessions.begin(user),
            max_age=LONGEST_SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    def logout(self, request: Request) -> Response:
        """Ends the session, and the Hugging Face account's if there is one."""
        self.access.sessions.end(request.cookies.get(COOKIE, ""))
        if "session" in request.scope:
            request.session.pop("oauth_info", None)
        answer = RedirectResponse("./", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return answer

    def _refused(
        self, request: Request, status: int, why: str, name: str, seconds: int = 0
    ) -> Response:
        headers = {"Retry-After": str(seconds)} if seconds else None
        if not _from_browser(request):
            return JSONResponse({"detail": in_both(why, seconds=seconds)}, status, headers)
        form = self._form(request, status, why, name, seconds)
        form.headers.update(headers or {})
        return form

    def _form(
        self, request: Request, status: int = 200, why: str = "", name: str = "", seconds: int = 0
    ) -> Response:
        texts = ENGLISH if request.query_params.get("in") == ENGLISH.code else RUSSIAN
        message = getattr(texts, why).format(seconds=seconds) if why else ""
        html = login_html(texts, message, name, self.access.anonymous < Role.VISITOR)
        return HTMLResponse(html, status, {"Cache-Control": "no-store"})


def _from_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
