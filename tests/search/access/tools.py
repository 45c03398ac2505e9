"""A client of the Model Context Protocol, by the protocol's own package."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

T = TypeVar("T")


def tool_names(url: str) -> list[str]:
    async def listed(session: ClientSession) -> list[str]:
        return [tool.name for tool in (await session.list_tools()).tools]

    return _in_session(url, listed)


def call_tool(url: str, tool: str, arguments: dict[str, Any]) -> str:
    async def called(session: ClientSession) -> str:
        return str((await session.call_tool(tool, arguments)).content[0].text)

    return _in_session(url, called)


def _in_session(url: str, ask: Callable[[ClientSession], Awaitable[T]]) -> T:
    async def asked() -> T:
        async with (
            streamable_http_client(f"{url}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await ask(session)

    return asyncio.run(asked())
