"""Before every request: whose it is, whether its page is ours, how often it comes, who may send it.

Which function it calls is checked by `search.access.guarded_page`, behind all routes.
"""

import secrets
from urllib.parse import urlsplit

from gradio.blocks import Blocks
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search.access.access import Access
from search.access.bodies import BodyLimit
from search.access.guarded_page import REQUESTER, refusal
from search.access.headers import SecurityHeaders
from search.access.login_desk import LoginDesk
from search.access.rates import client_key
from search.access.roles import Person, Role
from search.access.routes import API, computes, is_call, is_tool, route_role
from search.access.sessions import COOKIE
from search.access.texts import in_both

_SAFE = ("GET", "HEAD", "OPTIONS")
_COUNTED = "x-russian-search-counted"


class Gate:
    """The middleware that lets through what `access` allows on `page`."""

    def __init__(self, app: ASGIApp, access: Access, page: Blocks) -> None:
        self.app, self.access, self.page = app, access, page
        self.desk = LoginDesk(access)
        self._secret = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or pass on with the person found."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request = Request(scope, receive)
        session = scope.get("session", {})  # of Gradio's sign-in with Hugging Face
        person = self.access.person(request.cookies.get(COOKIE, ""), session)
        scope.setdefault("state", {})["person"] = person
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        answer = await self._answer(request, path, person)
        if answer:
            return await answer(scope, receive, send)
        if is_call(request.method, path):
            body = await request.body()  # no longer than `BodyLimit` lets by
            if wait := self._wait(request, path, person, body):
                return await too_often(wait)(scope, receive, send)
            receive = _again(body, receive)
        token = REQUESTER.set(person)
        try:
            await self.app(scope, receive, _private(send) if path in ("/", "/config") else send)
        finally:
            REQUESTER.reset(token)

    async def _answer(self, request: Request, path: str, person: Person) -> Response | None:
        """What is answered here: the form, its sending, a refusal. None: let it through."""
        if request.method not in _SAFE and is_foreign(request):
            return JSONResponse({"detail": in_both("foreign")}, 403)
        if path.rstrip("/") == "/login":
            return await self.desk.login(request, client(request, person))
        if path == "/logout" and request.method == "POST":
            return self.desk.logout(request)
        lowest = route_role(request.method, path)
        if path.startswith(f"{API}/info") and request.query_params.get("all_endpoints"):
            lowest = Role.LEAD
        if person.role >= lowest:
            return None
        if not person.name and path == "/":
            return RedirectResponse("login", 303)
        return JSONResponse({"detail": refusal(person, lowest)}, 403 if person.name else 401)

    def _wait(self, request: Request, path: str, person: Person, body: bytes) -> int:
        """Seconds until the call may come, 0: now.

        A tool's call comes by twice, for Gradio sends it on to itself: it is counted once.
        """
        if secrets.compare_digest(
            request.headers.get(_COUNTED, "").encode(), self._secret.encode()
        ):
            return 0
        who, rates = client(request, person), self.access.rates
        wait = rates.call(who) or (computes(self.page, path, body) and rates.search(who))
        if is_tool(path):
            MutableHeaders(scope=request.scope)[_COUNTED] = self._secret
        return int(wait)


def guards(access: Access | None, page: Blocks) -> list[Middleware]:
    """The middleware of the app, outermost first; without `access` everybody may do all."""
    always = [Middleware(SecurityHeaders), Middleware(BodyLimit)]
    return [*always, Middleware(Gate, access=access, page=page)] if access else always


def signed_in(request: Request) -> str:
    """For Gradio's `auth_dependency`: the name behind a request, empty for a visitor."""
    return str(request.state.person.name)


def client(request: Request, person: Person) -> str:
    """Whom a rate counts for: whoever signed in, else the address.

    Behind a proxy that is the one it forwards, where the server trusts it: FORWARDED_ALLOW_IPS.
    """
    host = request.client.host if request.client else ""
    return f"name {person.name}" if person.name else f"address {client_key(host)}"


def is_foreign(request: Request) -> bool:
    """Whether another site's page sent it, as Go's CrossOriginProtection tells.

    Browsers say so in Sec-Fetch-Site, older ones in Origin; programs say neither.
    """
    site = request.headers.get("sec-fetch-site")
    if site:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def too_often(seconds: int) -> JSONResponse:
    """429, as the page and programs show it."""
    detail = in_both("wait", seconds=seconds)
    return JSONResponse({"detail": detail}, 429, {"Retry-After": str(seconds)})


def _again(body: bytes, receive: Receive) -> Receive:
    """`receive` for an app that finds the body which was read already."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _private(send: Send) -> Send:
    """What differs from person to person is kept by nobody on the way."""

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Cache-Control"] = "private, no-store"
        await send(message)

    return marked
