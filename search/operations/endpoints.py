"""What an operator's programs ask over HTTP, beside Gradio: /healthz, /readyz, /metrics.

Every answer of the app carries the request's id, the one it came with or a new one.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict
from ipaddress import ip_address

import anyio
from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search.operations.health import Health, Readiness
from search.operations.metrics import CONTENT_TYPE, Metrics
from search.operations.record import ID_HEADER, request_id

ANSWER_SECONDS = 5.0
"""A part that is silent for longer is as good as gone."""
_PROXIED = ("x-forwarded-for", "forwarded", "x-real-ip")


class Endpoints:
    """ASGI middleware, the outermost: none of these asks for a login.

    /metrics answers programs on the same machine, and behind a proxy nobody; with METRICS_TOKEN in
    the environment whoever says `Authorization: Bearer <token>`, and nobody else.
    """

    def __init__(
        self, app: ASGIApp, health: Health, metrics: Metrics, environment: Mapping[str, str]
    ) -> None:
        self._app = app
        self._health = health
        self._metrics = metrics
        self._token = environment.get("METRICS_TOKEN", "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on; the id goes in and out as a header."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = request_id(Headers(scope=scope).get(ID_HEADER))
        MutableHeaders(scope=scope)[ID_HEADER] = given

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[ID_HEADER] = given
            await send(message)

        answers = {"/healthz": self._alive, "/readyz": self._ready, "/metrics": self._figures}
        answer = answers.get(scope["path"])
        if answer and scope["method"] in ("GET", "HEAD"):
            await (await answer(scope))(scope, receive, named)
        else:
            await self._app(scope, receive, named)

    async def _alive(self, _: Scope) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, _: Scope) -> Response:
        found: Readiness | None = None
        with anyio.move_on_after(ANSWER_SECONDS):
            found = await run_sync(self._health.readiness, abandon_on_cancel=True)
        if found is None:
            silent = f"no answer from index, models and judgments within {ANSWER_SECONDS:g} s"
            told, ready = {"reasons": [silent]}, False
        else:
            told, ready = asdict(found), found.ready
        content = json.dumps({"ready": ready, **told}, ensure_ascii=False) + "\n"
        return Response(content, 200 if ready else 503, media_type="application/json")

    async def _figures(self, scope: Scope) -> Response:
        if not self._may_read(scope):
            return PlainTextResponse("Figures are for the operator: see METRICS_TOKEN.\n", 403)
        content = await run_sync(self._metrics.text)
        return Response(content, media_type=CONTENT_TYPE)

    def _may_read(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if self._token:
            given = headers.get("authorization", "").removeprefix("Bearer ")
            return hmac.compare_digest(given.encode(), self._token.encode())
        client = scope["client"]
        proxied = any(name in headers for name in _PROXIED)
        return bool(client) and not proxied and _is_loopback(client[0])


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
