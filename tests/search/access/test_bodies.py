import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from search.access.bodies import MAX_BODY, MAX_UPLOAD, BodyLimit
from search.access.headers import HEADERS, SecurityHeaders


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def sent(method: str, path: str, **options: object) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(SecurityHeaders(BodyLimit(echo)))
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.request(method, path, **options)  # type: ignore[arg-type]

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/gradio_api/queue/join", MAX_BODY),
        ("/gradio_api/component_server", MAX_BODY),
        ("/login", MAX_BODY),
        ("/gradio_api/upload", MAX_UPLOAD),
        ("/behind/a/proxy/gradio_api/upload", MAX_UPLOAD),
    ],
)
def test_a_body_is_let_through_up_to_its_limit(path: str, most: int) -> None:
    async def chunks(number: int) -> AsyncIterator[bytes]:
        for _ in range(number):
            yield b"x" * 1_000_000

    assert sent("POST", path, content=b"x" * 1000).text == "1000"
    told = {"Content-Length": str(most + 1)}
    assert sent("POST", path, content=b"x", headers=told).status_code == 413
    assert sent("POST", path, content=chunks(most // 1_000_000)).text == str(most)
    assert sent("POST", path, content=chunks(most // 1_000_000 + 1)).status_code == 413


def test_every_answer_has_the_headers() -> None:
    for answer in (sent("GET", "/"), sent("POST", "/", headers={"Content-Length": "9" * 12})):
        assert HEADERS.items() <= {name.title(): v for name, v in answer.headers.items()}.items()
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self' https://huggingface.co" in policy
    assert "default-src 'self';" in policy and "object-src 'none'" in policy
    assert "http:" not in policy and "*" not in policy
