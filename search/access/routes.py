"""Which role a request's path takes, and which function of the page it calls."""

import json
import re
from typing import Any

from gradio.block_function import BlockFunction
from gradio.blocks import Blocks

from search.access.roles import Role
from search.ui.events import MODELS

API = "/gradio_api"
_ROUTES: tuple[tuple[Role, str, str], ...] = (
    # Gradio asks for the first itself, when it starts; the others tell nothing about anybody.
    (Role.NOBODY, "GET", rf"{API}/startup-events"),
    (Role.NOBODY, "GET", r"/(static|assets|svelte)/.*|/favicon\.ico|/robots\.txt"),
    (Role.NOBODY, "GET", r"/login/(huggingface|callback)|/logout"),
    (Role.VISITOR, "GET", rf"/|/config/?|/manifest\.json|/pwa_icon.*|({API})?/theme\.css"),
    (Role.VISITOR, "GET", rf"{API}/(info|openapi\.json|app_id|user|login_check)/?"),
    (Role.VISITOR, "GET", rf"{API}/(queue/(data|status)|heartbeat/[^/]+)"),
    (Role.VISITOR, "GET", rf"{API}/call/(v2/)?[^/]+/[^/]+"),
    (Role.VISITOR, "POST", rf"{API}/(queue/join|cancel|reset/?)"),
    (Role.VISITOR, "POST", rf"{API}/(call|call/v2|run|api)/[^/]+/?"),
    (Role.VISITOR, "GET|POST|DELETE", rf"{API}/mcp(/.*)?"),
)
"""Any other route takes a lead: files and uploads too."""
_CALL = re.compile(rf"{API}/(?:queue/join|(?:call/v2|call|run|api)/([^/]+)/?)")


def route_role(method: str, path: str) -> Role:
    """The lowest role that may ask for it."""
    method = "GET" if method == "HEAD" else method
    for role, methods, pattern in _ROUTES:
        if method in methods.split("|") and re.fullmatch(pattern, path):
            return role
    return Role.LEAD


def is_call(method: str, path: str) -> bool:
    """Whether the request calls a function, by itself or as a tool."""
    return method == "POST" and (bool(_CALL.fullmatch(path)) or is_tool(path))


def is_tool(path: str) -> bool:
    """Whether it is one of the Model Context Protocol."""
    return path.startswith(f"{API}/mcp")


def computes(page: Blocks, path: str, body: bytes) -> bool:
    """Whether a call runs a function that computes with the models."""
    try:
        sent = json.loads(body)
    except ValueError:
        return False  # Gradio refuses it
    if not isinstance(sent, dict):
        return False
    if is_tool(path):
        return sent.get("method") == "tools/call"
    function = _called(page, path, sent)
    return function is not None and function.concurrency_id == MODELS["concurrency_id"]


def _called(page: Blocks, path: str, sent: dict[str, Any]) -> BlockFunction | None:
    """As Gradio's `get_fn`: a number in the body goes before the name in the path."""
    number, name = sent.get("fn_index"), _CALL.fullmatch(path)
    if isinstance(number, int):
        return page.fns.get(number)
    named = name and name.group(1)
    return next((fn for fn in page.fns.values() if named and fn.api_name == named), None)
