"""The size limits of requests' bodies; Gradio has one for each file only."""

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from search.access.routes import API
from search.uploads import MAX_BYTES

MAX_UPLOAD = MAX_BYTES + 1_000_000
"""All files of an upload together, and what frames them."""
MAX_BODY = 4_000_000
"""Any other request's: a query, a comment, the state of a form."""


class BodyLimit:
    """Refuses a body that is too large (413), before it is read where its length is told."""

    def __init__(self, app: ASGIApp) -> None:
        self._uploads = RequestBodyLimitMiddleware(app, MAX_UPLOAD)
        self._others = RequestBodyLimitMiddleware(app, MAX_BODY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on under the limit of the path."""
        upload = scope["type"] == "http" and scope["path"].endswith(f"{API}/upload")
        await (self._uploads if upload else self._others)(scope, receive, send)
